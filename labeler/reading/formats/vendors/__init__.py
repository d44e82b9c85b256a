"""The formats of vendors and SDKs, one file each; `labeler.reading.formats` says in which order they are tried."""
