"""The front doors: one file a command, each saying what it takes and handing over to the rooms behind."""
