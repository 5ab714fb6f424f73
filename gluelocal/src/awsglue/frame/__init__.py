"""The frame and what surrounds it: collections of frames, and how frames are read and written."""
