"""Fetches the files of one commit of a hub's repository into a folder, and runs nothing of them.

    python -I fetch.py ASKED

ASKED is JSON: `id`, `revision` (the full SHA of a commit), `folder`, `files` (a pattern of their
names) and `most` (bytes of all of them). Runs with the network, in an environment that holds
huggingface_hub alone. The last line of standard output is JSON: `{}`, or `reason` and `message`.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

MOST_FILES = 2000
CHUNK = 1 << 20


class NotFetched(Exception):
    """`reason` in two or three words; the message is a sentence."""

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason


def main():
    asked = json.loads(sys.argv[1])
    import huggingface_hub

    print(json.dumps(answer(huggingface_hub, asked)))


def answer(hub, asked):
    """What became of it, as it is told. Never raises."""
    try:
        fetch(hub, asked)
    except NotFetched as failed:
        return {"reason": failed.reason, "message": str(failed)[:1000]}
    except Exception as raised:
        said = f"{type(raised).__name__}: {raised}".splitlines()[0][:600]
        return {"reason": reason_of(hub, raised), "message": f"The hub said: {said}"}
    return {}


def fetch(hub, asked):
    """Files of the top folder that fit the pattern, each checked against the hub's own hash."""
    info = hub.HfApi().model_info(asked["id"], revision=asked["revision"], files_metadata=True)
    if info.sha != asked["revision"]:
        raise NotFetched("not there", f"The hub has the commit {info.sha} under that name.")
    files = wanted(info.siblings, asked)
    for file in files:
        path = hub.hf_hub_download(
            asked["id"], file.rfilename, revision=asked["revision"], local_dir=asked["folder"]
        )
        require_same(Path(path), file)


def wanted(files, asked):
    """Those that are asked for. Raises NotFetched where there are none, or too many bytes."""
    found = [one for one in files or [] if re.fullmatch(asked["files"], one.rfilename)]
    if not found or len(found) > MOST_FILES:
        raise NotFetched("not a checkpoint", f"{len(found)} of its files are a checkpoint's.")
    size = sum(one.size or 0 for one in found)
    if size > asked["most"]:
        sizes = f"{size / 1e9:.2f} GB, and a cell may hold {asked['most'] / 1e9:.2f} GB of weights"
        raise NotFetched("too large", f"Its files have {sizes} here.")
    return found


def require_same(path, file):
    """Large files have a hash at the hub; small ones are known by git's."""
    stored = getattr(file, "lfs", None)
    expected = stored["sha256"] if isinstance(stored, dict) else getattr(stored, "sha256", None)
    if expected is not None:
        made = hash_of(path, hashlib.sha256())
    elif file.blob_id:
        head = f"blob {path.stat().st_size}\0".encode()
        expected, made = file.blob_id, hash_of(path, hashlib.sha1(head, usedforsecurity=False))
    else:
        return
    if made != expected:
        path.unlink()
        raise NotFetched("not as the hub has it", f"`{path.name}` came with other contents.")


def hash_of(path, digest):
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def reason_of(hub, raised):
    """`not there` where the hub says so, else it could not be asked."""
    names = ("RepositoryNotFoundError", "RevisionNotFoundError", "EntryNotFoundError")
    gone = tuple(filter(None, (getattr(hub.errors, name, None) for name in names)))
    # What is not in the local cache could not be asked for.
    local = getattr(hub.errors, "LocalEntryNotFoundError", ())
    is_gone = isinstance(raised, gone) and not isinstance(raised, local)
    return "not there" if is_gone else "cannot be fetched"


if __name__ == "__main__":
    main()
