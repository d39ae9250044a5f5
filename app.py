"""The entry: `python app.py` serves the site here; gunicorn serves `app:app`."""

from gevent import monkey

monkey.patch_all()

from course.factory import create_app  # noqa: E402  (the standard library must be patched before anything imports it)

app = create_app()

if __name__ == "__main__":
    from course.serve import serve

    serve(app)
