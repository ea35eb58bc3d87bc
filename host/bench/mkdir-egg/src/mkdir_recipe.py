"""A recipe that makes one directory and, like ours, has nothing to bring up to date."""

import os

import zc.buildout


class Mkdir:
    def __init__(self, buildout, name, options):
        path = os.path.join(buildout["buildout"]["directory"], options["path"])
        options["path"] = path
        parent = os.path.dirname(path)
        if not os.path.isdir(parent):
            raise zc.buildout.UserError(f"Cannot create {path}. {parent} is not a directory.")
        self.path = path

    def install(self):
        os.mkdir(self.path)
        return [self.path]

    def update(self):
        pass
