"""How long the figures of the overview take: counted at once, and given from what was kept.

    python -m tests.bench.figures_speed [--engine sqlite|postgres|both] [--residents N]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import app
from registries.access import Actor, console
from registries.figures import Figures, counters
from registries.population.usual import USUAL_RESIDENTS
from tests.bench.register import made

ROUNDS = 5


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def page(figures: Figures, actor: Actor) -> None:
    """What the overview asks for."""
    for name in figures.kinds(actor):
        figures.of(name, actor=actor).total()


def main() -> None:
    """Fill a register, count, keep, and ask for what was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="sqlite")
    parser.add_argument("--residents", type=int, default=1_000_000)
    told = parser.parse_args()
    actor = console("bench")
    for engine in ("sqlite", "postgres") if told.engine == "both" else (told.engine,):
        with made(engine, told.residents) as register:
            counted = {**counters({"resident": app.catalogue()["resident"]}), "usual_resident": USUAL_RESIDENTS}
            for name, counter in counted.items():
                one = Figures(register.database, {name: counter})
                print(f"{engine}, {register.residents:,} residents, {name}: counted in {seconds(one.refresh):.2f} s")
            fresh = [Figures(register.database, counted) for _ in range(ROUNDS)]
            pages = [seconds(partial(page, one, actor)) for one in (*fresh, *fresh)]
            first, again = statistics.median(pages[:ROUNDS]), statistics.median(pages[ROUNDS:])
            print(f"{engine}: kept figures, median of a first page {first:.3f} s, of the next {again:.3f} s")


if __name__ == "__main__":
    main()
