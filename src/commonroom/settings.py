"""Settings (name, default, sentence) and the one loader of definitions."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from commonroom.errors import SaidToPeople

if TYPE_CHECKING:
    from pydantic import BaseModel

DEFINITIONS = Path(__file__).parent / "definitions"


@dataclass(frozen=True)
class Setting:
    """One setting: its name (also the environment variable's), default, and what it does."""

    name: str
    default: str
    sentence: str

    @property
    def value(self) -> str:
        """The environment's value, or the default."""
        return os.environ.get(self.name, self.default)


EVIDENCE = Setting("COMMONROOM_EVIDENCE", "evidence", "Folder of the evidence that commands read and write.")
WORK = Setting("COMMONROOM_WORK", "work", "Folder of what people write: database, files, mail, secret.")
DATABASE = Setting(
    "DATABASE_URL",
    "",
    "Database of the site as postgresql://USER:PASSWORD@HOST:PORT/NAME; empty: SQLite in the work folder.",
)
ORIGIN = Setting(
    "COMMONROOM_ORIGIN", "http://127.0.0.1:8000", "Where people find the site: scheme, host and port."
)
SECRET = Setting(
    "COMMONROOM_SECRET", "", "Secret that signs sessions; empty: made once, and kept in the work folder."
)
MAIL = Setting(
    "COMMONROOM_MAIL",
    "",
    "Mail server as smtp://USER:PASSWORD@HOST:PORT (smtps: TLS); empty: a folder of the work folder.",
)
SENDER = Setting("COMMONROOM_SENDER", "commonroom@localhost", "Address that mail is sent from.")
OIDC = Setting(
    "COMMONROOM_OIDC", "", "Address of an OpenID Connect provider that people may sign in with; empty: none."
)
OIDC_NAME = Setting(
    "COMMONROOM_OIDC_NAME", "OpenID Connect", "What the provider is called on the sign-in page."
)
OIDC_CLIENT = Setting("COMMONROOM_OIDC_CLIENT", "", "Client id at the provider.")
OIDC_SECRET = Setting("COMMONROOM_OIDC_SECRET", "", "Client secret at the provider.")
EXAMPLE = Setting(
    "COMMONROOM_EXAMPLE",
    "",
    "1: the site of the demo, where whoever sits at this machine may sign in as a made-up person.",
)
METRICS_TOKEN = Setting(
    "COMMONROOM_METRICS_TOKEN",
    "",
    "Token that /metrics asks for (Authorization: Bearer); empty: only this machine may ask.",
)
SETTINGS = (
    EVIDENCE, WORK, DATABASE, ORIGIN, SECRET, MAIL, SENDER, OIDC, OIDC_NAME, OIDC_CLIENT, OIDC_SECRET,
    METRICS_TOKEN,
    EXAMPLE,
)  # fmt: skip

Model = TypeVar("Model", bound="BaseModel")


def load(model: type[Model], name: str | Path) -> Model:
    """Read one definition: `name` inside definitions/ (without .yaml), or the path of a file.

    Raises SaidToPeople when the file is not there, is not YAML, or does not fit `model`.
    """
    # Every command reads its settings, and few a definition: these two are a tenth of a second.
    import yaml
    from pydantic import ValidationError

    # The safe loader in C, where PyYAML was built with it, is ten times as fast.
    safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    inside = DEFINITIONS / f"{name}.yaml"
    path = inside if inside.is_file() else Path(name)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=safe)  # noqa: S506 - a safe loader
    except FileNotFoundError:
        raise SaidToPeople(
            "there is no such definition.",
            where=str(name),
            remedy=f"Give the path of a YAML file, or one of: {', '.join(names(str(Path(name).parent)))}.",
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise SaidToPeople(
            f"the definition cannot be read ({reason}).",
            where=str(path),
            remedy="Mend the YAML at that place.",
        ) from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file as a whole"
        raise SaidToPeople(
            f"{place}: {first['msg']} ({error.error_count()} in all).",
            where=str(path),
            remedy="Mend the definition; docs/reference lists what each field means.",
        ) from None


def names(folder: str) -> list[str]:
    """Names of the definitions in one folder of definitions/, sorted; empty if there is none."""
    return sorted(path.stem for path in (DEFINITIONS / folder).glob("*.yaml"))
