"""The web server of one process: gunicorn over the application. Not imported by the processes beside it."""

from gunicorn.app.base import BaseApplication

from api.app import create_app
from api.wiring import build
from edrms.settings import Settings


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, told everything by our settings; each of its workers builds its own application."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        options = {
            "bind": f"{settings.host}:{settings.port}",
            "workers": settings.web_processes,
            "threads": settings.web_threads,
            "worker_class": "gthread",
            "timeout": 120,
            "graceful_timeout": 15,
            "keepalive": 15,
            "loglevel": "warning",
            "worker_tmp_dir": str(settings.work_directory),
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> object:
        return create_app(build(self._settings))


def serve(settings: Settings) -> None:
    """The web server, until told to stop."""
    settings.work_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    WebServer(settings).run()
