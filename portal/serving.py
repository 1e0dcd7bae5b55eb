"""How gunicorn serves the site: processes, threads, patience and what it logs, as arguments of its command line."""

from __future__ import annotations

from .settings import Settings

#: A process that answered so many requests gives way to a fresh one, so that what leaks cannot grow for ever. The
#: second number keeps the processes from doing so together.
MOST_REQUESTS, SPREAD = 50_000, 10_000
#: A process that is silent for so long is stuck and replaced. A request in a thread does not silence it; a machine that
#: is busy with other things may for a minute, and is not helped by processes that begin anew.
SILENT_SECONDS = 120
#: Requests under way when the site is ended have so long to finish.
GRACE_SECONDS = 30
#: Longer than a proxy keeps an idle connection, so that it is never closed while a request is being sent on it.
IDLE_SECONDS = 75
#: Filters of large lists stand in the address.
LONGEST_ADDRESS = 8190
#: No query and no referrer: they hold the names of people that were searched for.
ACCESS_FORMAT = '%({reader})s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'


def arguments(settings: Settings, bind: str, workers: int) -> list[str]:
    """What follows ``python -m gunicorn`` to serve the site at ``bind``."""
    told = {
        "bind": bind,
        "workers": workers,
        "worker-class": "gthread",
        "threads": settings.threads,
        "timeout": SILENT_SECONDS,
        "graceful-timeout": GRACE_SECONDS,
        "keep-alive": IDLE_SECONDS,
        "max-requests": MOST_REQUESTS,
        "max-requests-jitter": SPREAD,
        "limit-request-line": LONGEST_ADDRESS,
        # Who is believed about the address of the reader is decided by `SANKU_PROXIES` alone.
        "forwarded-allow-ips": "127.0.0.1,::1" if settings.proxies else "",
        "log-level": "warning",
        **_access_log(settings),
    }
    options = [f"--{name}={value}" for name, value in told.items()]
    return [*options, "--no-control-socket", "app:create_app()"]


def _access_log(settings: Settings) -> dict[str, str]:
    if not settings.access_log:
        return {}
    reader = "{x-forwarded-for}i" if settings.proxies else "h"
    return {"access-logfile": settings.access_log, "access-logformat": ACCESS_FORMAT.replace("{reader}", reader)}
