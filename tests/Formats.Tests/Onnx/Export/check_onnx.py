"""Checks every FOLDER/*.onnx with onnx.checker, shapes inferred and compared with the stated ones."""

import pathlib
import sys

import onnx


def main(folder):
    for path in sorted(pathlib.Path(folder).glob("*.onnx")):
        try:
            onnx.checker.check_model(str(path), full_check=True)
        except Exception as error:
            sys.exit(f"{path.name}: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main(sys.argv[1])
