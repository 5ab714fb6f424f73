"""The disk that can be full."""

import pytest
from faults.disk import Disk


def test_a_full_disk_takes_no_byte_until_it_is_freed(tmp_path):
    disk = Disk(tmp_path / "spill")
    disk.open()
    try:
        if not disk.can_fill:
            assert not disk.fill()
            pytest.skip("a file system cannot be mounted here")
        assert disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (disk.folder / "more").write_bytes(bytes(100))
        disk.free()
        (disk.folder / "more").write_bytes(bytes(100_000))
    finally:
        disk.close()
    assert not list(disk.folder.iterdir())
