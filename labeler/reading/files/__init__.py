"""Files of traces: unpacked, taken apart into values, and read by the form each value is of."""
