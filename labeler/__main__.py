"""`python -m labeler`, the same as the console script."""

import sys

from labeler.cli.main import main

sys.exit(main())
