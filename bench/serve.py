"""The web program of `flask serve` alone, so that its memory is its own."""

import sys

from compliance.app import create_app
from compliance.support import supervisor

if __name__ == "__main__":
    app = create_app()
    supervisor.settle()
    supervisor.programs(app, int(sys.argv[1]), app.config["SETTINGS"].var_dir)[0].run()
