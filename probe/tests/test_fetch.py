"""What is fetched of a hub, and what is turned away."""

import hashlib
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe.brought import fetch

REVISION = "a" * 40
PATTERN = r"[\w.-]+\.(safetensors|json)"


class RepositoryNotFoundError(Exception):
    pass


class LocalEntryNotFoundError(RepositoryNotFoundError):
    pass


def file(name, content, lfs=False, **more):
    digest = hashlib.sha256(content).hexdigest()
    head = f"blob {len(content)}\0".encode()
    return SimpleNamespace(
        rfilename=name,
        size=len(content),
        blob_id=hashlib.sha1(head + content).hexdigest(),
        lfs={"sha256": digest} if lfs else None,
        content=content,
        **more,
    )


class Hub:
    """A repository of some files; `served` are contents that differ from what it says of them."""

    errors = SimpleNamespace(
        RepositoryNotFoundError=RepositoryNotFoundError,
        EntryNotFoundError=RepositoryNotFoundError,
        LocalEntryNotFoundError=LocalEntryNotFoundError,
    )

    def __init__(self, *files, sha=REVISION, served=None, raises=None):
        self.files, self.sha, self.served, self.raises = files, sha, served or {}, raises
        self.fetched = []

    def HfApi(self):
        return self

    def model_info(self, name, revision, files_metadata):
        if self.raises:
            raise self.raises
        return SimpleNamespace(sha=self.sha, siblings=list(self.files))

    def hf_hub_download(self, name, filename, revision, local_dir):
        self.fetched.append(filename)
        found = next(one for one in self.files if one.rfilename == filename)
        path = Path(local_dir) / filename
        path.write_bytes(self.served.get(filename, found.content))
        return str(path)


class Fetching(unittest.TestCase):
    def answer(self, hub, most=100):
        folder = tempfile.mkdtemp()
        asked = {"id": "o/n", "revision": REVISION, "folder": folder, "files": PATTERN}
        return fetch.answer(hub, {**asked, "most": most})

    def test_files_of_a_checkpoint_are_fetched_and_nothing_else(self):
        hub = Hub(
            file("config.json", b"{}"),
            file("model.safetensors", b"abc", lfs=True),
            file("model.py", b"x"),
            file("pytorch_model.bin", b"x"),
            file("onnx/config.json", b"x"),
            file("../config.json", b"x"),
        )
        self.assertEqual(self.answer(hub), {})
        self.assertEqual(hub.fetched, ["config.json", "model.safetensors"])

    def test_contents_that_the_hub_does_not_have_are_turned_away(self):
        for lfs in (True, False):
            hub = Hub(file("a.json", b"{}", lfs=lfs), served={"a.json": b"[]"})
            self.assertEqual(self.answer(hub)["reason"], "not as the hub has it")

    def test_too_much_is_not_fetched(self):
        hub = Hub(file("a.json", b"x" * 101))
        self.assertEqual(self.answer(hub)["reason"], "too large")
        self.assertEqual(hub.fetched, [])

    def test_a_commit_must_be_the_one_that_was_asked_for(self):
        hub = Hub(file("a.json", b"{}"), sha="b" * 40)
        self.assertEqual(self.answer(hub)["reason"], "not there")

    def test_a_pattern_may_leave_a_name_out(self):
        asked = {"files": r"(?!adapter_config\.json)" + PATTERN, "most": 99}
        files = [file("config.json", b"{}"), file("adapter_config.json", b"{}")]
        self.assertEqual([one.rfilename for one in fetch.wanted(files, asked)], ["config.json"])

    def test_a_repository_without_such_files_is_no_checkpoint(self):
        self.assertEqual(self.answer(Hub(file("a.bin", b"")))["reason"], "not a checkpoint")

    def test_what_the_hub_says_is_told_from_what_it_could_not_be_asked(self):
        for raised, reason in (
            (RepositoryNotFoundError("404"), "not there"),
            (LocalEntryNotFoundError("no network"), "cannot be fetched"),
            (OSError("no route"), "cannot be fetched"),
        ):
            self.assertEqual(self.answer(Hub(raises=raised))["reason"], reason)


if __name__ == "__main__":
    unittest.main()
