"""The entry: `python app.py` serves the site here; gunicorn serves `app:app`; `flask --app app` runs its commands."""

from gevent import monkey

monkey.patch_all()  # before anything imports what it patches

import os  # noqa: E402
import sys  # noqa: E402

from course.config import SettingRefused  # noqa: E402
from course.factory import create_app, start  # noqa: E402
from course.serve.development import serve  # noqa: E402

try:
    app = create_app()
except SettingRefused as refusal:
    sys.exit(str(refusal))

if __name__ == "__main__":
    pages = [word for word in sys.argv[1:] if word != "--open"]
    serve(app, *pages[:1], browse="--open" in sys.argv)
elif "FLASK_RUN_FROM_CLI" not in os.environ:  # commands only look at the site
    start(app)
