"""What lies between a `COPY … TO STDOUT` and its reader."""

import asyncio
from collections import deque

_COPIED_AHEAD = 1 << 23


class CopyOut:
    """Rows of a `COPY … TO STDOUT` between the connection and the one that takes them."""

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._arrived = asyncio.Event()
        self._ended = False
        self._unwanted = False
        self.room = asyncio.Event()
        self.room.set()

    def put(self, row: bytes) -> None:
        if not self._unwanted:
            self._chunks.append(row)
            self._size += len(row)
            self._arrived.set()
            if self._size > _COPIED_AHEAD:
                self.room.clear()

    def end(self) -> None:
        self._ended = True
        self._arrived.set()

    def leave(self) -> None:
        """Nobody takes more: what still comes is passed over."""
        self._unwanted = True
        self._chunks.clear()
        self.room.set()

    async def take(self) -> bytes:
        """All rows that are there, in one piece; empty at the end."""
        await self._arrived.wait()
        data = b"".join(self._chunks)
        self._chunks.clear()
        self._size = 0
        self.room.set()
        if not self._ended:
            self._arrived.clear()
        return data
