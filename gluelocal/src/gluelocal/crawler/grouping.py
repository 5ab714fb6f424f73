"""Which folders are tables and which are partitions (Glue Developer Guide,
crawler-s3-folder-table-partition and crawler-grouping-policy)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from gluelocal.crawler.datasets import (
    Content,
    Dataset,
    Partition,
    largest_group,
    merge_contents,
    merge_partitions,
)
from gluelocal.crawler.s3_objects import IncludePath, S3Object


@dataclass(frozen=True)
class Folder:
    """A folder that has files of its own; `path` is relative to the include path.

    `content` is theirs as one, or None when they don't belong together; then `files` has each.
    """

    path: tuple[str, ...]
    content: Content | None
    files: tuple[tuple[S3Object, Content], ...]


@dataclass(frozen=True)
class Grouping:
    """How folders become tables. `level` is a table's depth, the bucket being level 1."""

    include: IncludePath
    combine: bool
    level: int | None

    def datasets(self, folders: Sequence[Folder]) -> list[Dataset]:
        """The tables of these folders; every folder and file is in exactly one of them."""
        if self.level is None:
            return list(self._tables((), folders, pinned=False))
        depth = max(self.level - 1 - len(_parts(self.include.prefix)), 0)
        roots: dict[tuple[str, ...], list[Folder]] = {}
        for folder in folders:
            roots.setdefault(folder.path[:depth], []).append(folder)
        return [one for root in roots for one in self._tables(root, roots[root], pinned=True)]

    def _tables(
        self, path: tuple[str, ...], folders: Sequence[Folder], pinned: bool
    ) -> Iterator[Dataset]:
        """The tables at and below a folder; a pinned one does not give way to its only child."""
        here = [folder for folder in folders if folder.path == path]
        children: dict[str, list[Folder]] = {}
        for folder in folders:
            if folder.path != path:
                children.setdefault(folder.path[len(path)], []).append(folder)
        for folder in here:
            # Beside subfolders, too: a partitioned table could not hold the folder's own files.
            if folder.content:
                yield self._dataset(path, folder.content)
            else:
                yield from (self._file_dataset(file, content) for file, content in folder.files)
        gives_way = len(children) == 1 and not pinned and not any(map(_key, children))
        members: set[str] = set()
        if not here and not gives_way:
            members = self._partition_folders(children, len(path))
        if members:
            yield self._partitioned(path, [one for name in members for one in children[name]])
        for name, below in children.items():
            if name not in members:
                yield from self._tables((*path, name), below, pinned=False)

    def _partition_folders(self, children: dict[str, list[Folder]], depth: int) -> set[str]:
        """The subfolders that are partitions of one table: those alike, if they are the most."""
        shapes: dict[tuple[str | None, ...], list[tuple[str, Content]]] = {}
        for name, below in children.items():
            content = self._as_one(below, depth)
            if content:
                shape = tuple(_key(part) for part in below[0].path[depth:])
                shapes.setdefault(shape, []).append((name, content))
        best: list[str] = []
        for candidates in shapes.values():
            group = largest_group((content for _, content in candidates), self.combine)
            if len(group) > len(best):
                best = [candidates[position][0] for position in group]
        return set(best) if len(best) * 2 > len(children) else set()

    def _as_one(self, folders: Sequence[Folder], depth: int) -> Content | None:
        """The content of folders that are alike in depth, key names and schema, else None."""
        shapes = {tuple(_key(part) for part in folder.path[depth:]) for folder in folders}
        contents = [folder.content for folder in folders if folder.content]
        if len(shapes) > 1 or len(contents) < len(folders):
            return None
        if len(largest_group(contents, self.combine)) < len(contents):
            return None
        objects, size = sum(one.objects for one in contents), sum(one.size for one in contents)
        return merge_contents(contents, objects, size)

    def _partitioned(self, path: tuple[str, ...], folders: Sequence[Folder]) -> Dataset:
        ordered = sorted(folders, key=lambda folder: folder.path)
        partitions = tuple(
            Partition(
                tuple(_value(part) for part in folder.path[len(path) :]),
                self._location(folder.path),
                folder.content,
            )
            for folder in ordered
            if folder.content
        )
        keys = [_key(part) for part in ordered[0].path[len(path) :]]
        unnamed = iter(range(len(keys)))
        return Dataset(
            base_name=self._name(path),
            location=self._location(path),
            content=merge_partitions(partitions),
            partition_keys=tuple(key or f"partition_{next(unnamed)}" for key in keys),
            partitions=partitions,
        )

    def _dataset(self, path: tuple[str, ...], content: Content) -> Dataset:
        if not path and self.include.prefix and not self.include.prefix.endswith("/"):
            # The include path is one object, not a folder.
            return Dataset(self._name(path), self.include.url, content)
        return Dataset(self._name(path), self._location(path), content)

    def _file_dataset(self, file: S3Object, content: Content) -> Dataset:
        return Dataset(file.name, f"s3://{self.include.bucket}/{file.key}", content)

    def _location(self, path: tuple[str, ...]) -> str:
        return self.include.url + "".join(f"{part}/" for part in path)

    def _name(self, path: tuple[str, ...]) -> str:
        return [self.include.bucket, *_parts(self.include.prefix), *path][-1]


def _parts(prefix: str) -> list[str]:
    return [part for part in prefix.split("/") if part]


def _key(folder: str) -> str | None:
    """The partition key in `key=value`, None for any other folder name."""
    key, equals, _ = folder.partition("=")
    return key.lower() if equals and key else None


def _value(folder: str) -> str:
    """The partition value; Hive writes characters such as ':' as %3A."""
    return unquote(folder.partition("=")[2]) if _key(folder) else folder
