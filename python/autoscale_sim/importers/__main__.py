"""python -m autoscale_sim.importers"""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
