"""The screens. They read state and post actions; they know no HTTP and no SQL."""
