"""Reads a configuration in VMScript by ctypes: lab.py FILE [PARAMETERS-AS-JSON]."""

import ctypes as c
import json
import sys

library = c.CDLL("libvmscript.so.0")
OK, SCRIPT_ERROR, INVALID = 0, 1, 2
RENDERED = 1

FUNCTION = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p, c.c_size_t, c.c_void_p)
IMPORT = c.CFUNCTYPE(
    None, c.c_void_p, c.c_void_p, c.c_size_t, c.c_void_p, c.c_size_t, c.c_void_p)


class Function(c.Structure):
    _fields_ = [
        ("size", c.c_size_t), ("name", c.c_char_p), ("name_length", c.c_size_t),
        ("doc", c.c_char_p), ("doc_length", c.c_size_t), ("minimum", c.c_size_t),
        ("maximum", c.c_size_t), ("call", FUNCTION), ("context", c.c_void_p),
        ("destroy", c.c_void_p)]


class Importer(c.Structure):
    _fields_ = [
        ("size", c.c_size_t), ("load", IMPORT), ("context", c.c_void_p), ("destroy", c.c_void_p)]


class Evaluation(c.Structure):
    """The members that this program uses: a struct may be shorter than the library's."""
    _fields_ = [
        ("size", c.c_size_t), ("parameters", c.c_char_p), ("parameters_length", c.c_size_t)]


TEXT = [c.c_char_p, c.c_size_t]
HANDLE = c.c_void_p
library.vms_engine_new.argtypes = [c.c_void_p, c.POINTER(HANDLE), c.c_char_p]
library.vms_engine_define.argtypes = [HANDLE, *TEXT, *TEXT, *TEXT, c.c_char_p]
library.vms_engine_define_function.argtypes = [HANDLE, c.POINTER(Function), c.c_char_p]
library.vms_engine_define_kind.argtypes = [HANDLE, *TEXT, c.c_char_p]
library.vms_engine_set_importer.argtypes = [HANDLE, c.POINTER(Importer), c.c_char_p]
library.vms_compile.argtypes = [HANDLE, *TEXT, *TEXT, c.POINTER(HANDLE), c.c_char_p]
library.vms_evaluate.argtypes = [HANDLE, c.POINTER(Evaluation), c.POINTER(HANDLE), c.c_char_p]
library.vms_result_outputs.argtypes = [HANDLE, c.c_void_p]
library.vms_result_outputs.restype = c.c_char_p
library.vms_result_resources.argtypes = [HANDLE, c.c_void_p]
library.vms_result_resources.restype = c.c_char_p
library.vms_result_diagnostics.argtypes = [HANDLE, c.c_int32, c.c_void_p]
library.vms_result_diagnostics.restype = c.c_char_p
library.vms_reply_json.argtypes = [HANDLE, *TEXT]
library.vms_reply_text.argtypes = [HANDLE, *TEXT]
library.vms_reply_error.argtypes = [HANDLE, *TEXT]
for handle in ["engine", "program", "result"]:
    getattr(library, f"vms_{handle}_free").argtypes = [HANDLE]


def text(value):
    """The two arguments of a text."""
    data = value if isinstance(value, bytes) else value.encode()
    return data, len(data)


class ScriptError(Exception):
    """The errors of a script, as the command line shows them."""


class Engine:
    """Values, functions and imports that this program offers to scripts."""

    def __init__(self):
        self.handle = HANDLE()
        self.message = c.create_string_buffer(256)
        self.callbacks = []  # The library calls them; Python must not collect them.
        self.check(library.vms_engine_new(None, c.byref(self.handle), self.message))

    def __del__(self):
        library.vms_engine_free(self.handle)

    def check(self, status):
        if status == INVALID:
            raise ValueError(self.message.value.decode())

    def define(self, name, value):
        self.check(library.vms_engine_define(
            self.handle, *text(name), *text(json.dumps(value)), *text(""), self.message))

    def kind(self, schema):
        self.check(library.vms_engine_define_kind(
            self.handle, *text(json.dumps(schema)), self.message))

    def function(self, name, arity, body):
        def call(_, arguments, length, reply):
            try:
                result = body(*json.loads(c.string_at(arguments, length)))
                library.vms_reply_json(reply, *text(json.dumps(result)))
            except Exception as error:
                library.vms_reply_error(reply, *text(str(error)))

        callback = FUNCTION(call)
        self.callbacks.append(callback)
        data, length = text(name)
        function = Function(
            size=c.sizeof(Function), name=data, name_length=length, minimum=arity, maximum=arity,
            call=callback)
        self.check(library.vms_engine_define_function(
            self.handle, c.byref(function), self.message))

    def imports(self, find):
        def load(_, path, path_length, script, script_length, reply):
            try:
                found = find(c.string_at(path, path_length).decode())
                library.vms_reply_text(reply, *text(found))
            except Exception as error:
                library.vms_reply_error(reply, *text(str(error)))

        callback = IMPORT(load)
        self.callbacks.append(callback)
        importer = Importer(size=c.sizeof(Importer), load=callback)
        self.check(library.vms_engine_set_importer(
            self.handle, c.byref(importer), self.message))

    def evaluate(self, name, source, parameters):
        program, result = HANDLE(), HANDLE()
        data, length = text(json.dumps(parameters))
        options = Evaluation(
            size=c.sizeof(Evaluation), parameters=data, parameters_length=length)
        try:
            self.check(library.vms_compile(
                self.handle, *text(name), *text(source), c.byref(program), self.message))
            status = library.vms_evaluate(
                program, c.byref(options), c.byref(result), self.message)
            self.check(status)
            if status == SCRIPT_ERROR:
                raise ScriptError(library.vms_result_diagnostics(result, RENDERED, None).decode())
            return (json.loads(library.vms_result_outputs(result, None)),
                    json.loads(library.vms_result_resources(result, None)))
        finally:
            library.vms_result_free(result)
            library.vms_program_free(program)


QUEUE = {
    "name": "queue", "doc": "A queue of jobs", "properties": [
        {"name": "depth", "type": {"int": [1, 1000]}, "required": True},
        {"name": "retention", "type": "duration"}]}


def quota(team, machines):
    if team != "web":
        raise ValueError(f"{team} has no quota")
    return 16 // machines


def main():
    engine = Engine()
    engine.define("region", "eu-1")
    engine.function("quota", 2, quota)
    engine.kind(QUEUE)
    engine.imports({"sizes": "let small = 512MiB"}.__getitem__)
    parameters = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    with open(sys.argv[1], "rb") as file:
        source = file.read()
    try:
        outputs, resources = engine.evaluate(sys.argv[1], source, parameters)
        print(json.dumps(outputs))
        print(json.dumps(resources))
    except ScriptError as error:
        sys.stderr.write(str(error))
        sys.exit(SCRIPT_ERROR)
    except ValueError as error:
        sys.exit(f"lab: {error}")


main()
