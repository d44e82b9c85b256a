"""The front doors, one file a command. No logic; imports happen inside the command, so that starting stays fast."""
