"""A service that says who it is."""

from bottle import Bottle

app = Bottle()


@app.get("/")
def who():
    return {"service": "python-api"}


@app.get("/healthz")
def health():
    return "ok"


if __name__ == "__main__":
    from waitress import serve

    serve(app, host="0.0.0.0", port=8080)
