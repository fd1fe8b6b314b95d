"""Guard: every failure becomes one plain message and an exit status."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from janusome.cli import console
from janusome.errors import JanusomeError, MachineError

P = ParamSpec("P")
R = TypeVar("R")

INTERRUPTED, FAILED, DEBUG = 130, 1, "JANUSOME_DEBUG"


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors into messages: 1 the run failed, 2 the input was refused, 3 the machine, 130 interrupted."""

    @functools.wraps(command)
    def guard(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except JanusomeError as error:
            console.refuse(str(error))
            raise typer.Exit(error.exit_status) from None
        except MemoryError:
            console.refuse("the machine has too little memory for this study; run it with fewer --draws or larger voxels")
            raise typer.Exit(MachineError.exit_status) from None
        except KeyboardInterrupt:
            console.refuse("interrupted; nothing was left behind")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            _leave_quietly()
            raise typer.Exit(FAILED) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            where = f"; please report it with what {DEBUG}=1 shows in addition"
            console.refuse(f"janusome failed in a way that it does not know ({type(error).__name__}: {error}){where}")
            raise typer.Exit(FAILED) from None

    return guard


def _leave_quietly() -> None:
    """Keep Python from complaining about the pipe again while it shuts down."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
