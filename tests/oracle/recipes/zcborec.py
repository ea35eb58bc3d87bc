"""The recipes that the cases name, for the real zc.buildout.

`cargo xtask oracle --record` puts this folder on its path. The guest `tests/guests/zcborec` does the same for our
command: what one of them prints, makes or reads, the other does too.
"""

import logging
import os
import os.path

import zc.buildout


def say(*words):
    print(*words, flush=True)


def quoted(text):
    for character, escape in (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r"), ('"', '\\"')):
        text = text.replace(character, escape)
    return '"' + text + '"'


def make_empty(path):
    with open(path, "w"):
        pass


class Recipe:
    """Keeps what it is given and makes nothing."""

    def __init__(self, buildout, name, options):
        self.buildout = buildout
        self.name = name
        self.options = options
        self.begin()

    def begin(self):
        pass

    def install(self):
        return ()

    def update(self):
        return None

    def words(self, option):
        return self.options.get(option, "").split()

    def below(self, path):
        return os.path.join(self.buildout["buildout"]["directory"], path)


class Debug(Recipe):
    """Prints every option."""

    def install(self):
        for key in sorted(self.options.keys()):
            say("  %s=%s" % (key, quoted(self.options[key])))
        return ()

    update = install


class Trace(Recipe):
    """Prints which of its methods is called, and where."""

    def begin(self):
        say("init", self.name)

    def install(self):
        self.here("install")
        return ()

    def update(self):
        self.here("update")

    def here(self, phase):
        say(phase, self.name, os.path.basename(os.getcwd()))


class NoUpdate:
    """Has no method `update`."""

    def __init__(self, buildout, name, options):
        self.name = name

    def install(self):
        say("noupdate-install", self.name)
        return ()


class Mkdir(Recipe):
    """Makes the directories of `path`, whose parents must be there before anything is installed."""

    def begin(self):
        paths = [self.below(path) for path in self.options["path"].split()]
        for path in paths:
            parent = os.path.dirname(path)
            if not os.path.isdir(parent):
                log = logging.getLogger(self.name)
                log.error("Cannot create %s. %s is not a directory.", self.options["path"], parent)
                raise zc.buildout.UserError("Invalid Path")
        self.options["path"] = " ".join(paths)

    def install(self):
        for path in self.words("path"):
            logging.getLogger(self.name).info("Creating directory %s", os.path.basename(path))
            os.mkdir(path)
            self.options.created(path)
        return self.options.created()


class Touch(Recipe):
    """Writes `content` to `file`; the file is the part's name in the parts directory if none is given."""

    def begin(self):
        file = self.options.get("file")
        if not file:
            file = os.path.join(self.buildout["buildout"]["parts-directory"], self.name)
        self.options["path"] = self.below(file)

    def install(self):
        path = self.options["path"]
        self.options.created(path)
        with open(path, "w") as out:
            out.write(self.options.get("content", ""))
        return self.options.created()

    def update(self):
        say("touch-update", self.name)


class TouchList(Recipe):
    """Writes `files`, in an update `update-files`, and hands them over as `return` says."""

    SHAPES = {
        "none": lambda files: None,
        "str": lambda files: files[0],
        "tuple": tuple,
        "gen": iter,
        "abs": lambda files: [os.path.abspath(file) for file in files],
        "list": list,
    }

    def install(self):
        return self.write("files")

    def update(self):
        if "update-files" in self.options:
            return self.write("update-files")

    def write(self, option):
        files = self.words(option)
        for file in files:
            if not os.path.exists(file):
                with open(file, "w") as out:
                    out.write(self.name)
        return self.SHAPES[self.options.get("return", "list")](files)


class Fail(Recipe):
    """Fails in the method that `when` names, in the way of `kind`; with `flag`, only while that file is there."""

    def begin(self):
        self.when = self.options.get("when", "install")
        self.kind = self.options.get("kind", "user")
        self.words("files"), self.words("left")
        if "flag" in self.options and not os.path.exists(self.options["flag"]):
            self.when = "never"
        self.reach("init")

    def install(self):
        return self.work("install")

    def update(self):
        return self.work("update")

    def work(self, phase):
        for file in self.words("files"):
            self.options.created(file)
            make_empty(file)
        for file in self.words("left"):
            make_empty(file)
        self.reach(phase)
        return self.options.created()

    def reach(self, phase):
        if self.when != phase:
            return
        if self.kind == "exit":
            os._exit(7)
        if self.kind == "kbd":
            raise KeyboardInterrupt()
        if self.kind == "user":
            raise zc.buildout.UserError("deliberate failure in " + self.name)
        raise ValueError("deliberate internal failure in " + self.name)


class Service(Recipe):
    """Has an uninstall recipe."""

    def install(self):
        say("service add", self.options["script"])
        file = self.options.get("file")
        if not file:
            return ()
        make_empty(file)
        return file


def remove_service(name, options):
    file = options.get("file")
    there = "file-exists" if file and os.path.exists(file) else "no-file"
    say("service del", name, options["script"], there)
    if options.get("fail-uninstall"):
        raise zc.buildout.UserError("uninstall recipe failed")


class Setter(Recipe):
    """Reads the options that `read` names, sets those of `set`, one `KEY=VALUE` a line, and deletes some."""

    ESCAPES = (("\\n", "\n"), ("\\t", "\t"), ("\\s", " "))

    def begin(self):
        for reference in self.words("read"):
            section, option = reference.split(":")
            say("read %s=%s" % (reference, quoted(self.buildout[section][option])))
        self.set("set")
        for key in self.words("delete"):
            del self.options[key]

    def install(self):
        self.set("set-install")
        return ()

    def set(self, option):
        for line in self.options.get(option, "").split("\n"):
            key, equals, value = line.partition("=")
            if not equals:
                continue
            value = value.strip()
            for escape, character in self.ESCAPES:
                value = value.replace(escape, character)
            self.options[key.strip()] = value


class Meta(Recipe):
    """Adds the sections of the text `body`, whose lines may begin with a bar, and the section `section`."""

    def begin(self):
        lines = []
        for line in self.options.get("body", "").split("\n"):
            bare = line.lstrip()
            lines.append(bare[1:] if bare.startswith("|") else line)
        body = "\n".join(lines)
        if body.strip():
            self.buildout.parse(body.replace("$$", "$"))
        section = self.options.get("section")
        if section:
            self.buildout[section] = {"recipe": "zcborec:debug", "number": "1", "ref": "${:number}x"}


class Link(Recipe):
    """Makes `file` a symbolic link to `target`."""

    def install(self):
        os.symlink(self.options["target"], self.options["file"])
        return self.options["file"]


class Logger(Recipe):
    """Logs once at every level."""

    def install(self):
        log = logging.getLogger(self.name)
        for level in (1, 5, 10, 15, 20, 25, 30, 40, 50):
            log.log(level, "level %d", level)
        self.options.get("multi")
        return ()

    update = install


def load_extension(buildout):
    say("ext load", " ".join(sorted(buildout.keys())))
    if "ext" in buildout.keys():
        value = buildout["ext"].get("set")
        if value:
            buildout["ext"]["result"] = value


def unload_extension(buildout):
    say("ext unload")
