#!/usr/bin/python3
"""Cuts each network of bench/peers/export_wild.py by half with `ocs prune`, and prints a table of what came out.

usage: bench/wild.py FOLDER [--only NAME ...]   (FOLDER has the files, or gets them)

`ocs prune` compares the cut file with the whole one, whose pruned channels are zero, and the written file under ONNX Runtime.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OCS = os.path.join(HERE, "..", "ocs")


def run(*arguments):
    done = subprocess.run([OCS, *arguments, "--json"], capture_output=True, text=True)
    return (json.loads(done.stdout) if done.returncode == 0 else None), done.stderr.strip()


def shorter(reason):
    """What a reason names is one node of many."""
    return re.sub(r" '[^']*'", "", reason)


def row(folder, name):
    path, cut = os.path.join(folder, name + ".onnx"), os.path.join(folder, name + ".cut.onnx")
    whole, said = run("inspect", path)
    if whole is None:
        return f"| {name} | refused: {said.splitlines()[-1]} |"
    kept = collections.Counter(node["operator"] for node in whole["kept"])
    causes = [node["operator"] for node in whole["kept"] if "it reads what" not in node["reason"]]
    frozen = collections.Counter(shorter(group["reason"]) for group in whole["groups"] if group["frozen"])
    result, said = run("prune", path, "--target", "0.5", "--out", cut)
    first = f"| {name} | {whole['parameters'] / 1e6:.2f} M | {whole['macs'] / 1e6:,.1f} M | {sum(kept.values())}"
    first += f" ({', '.join(sorted(set(causes)))})" if causes else ""
    free = sum(not group["frozen"] for group in whole["groups"])
    first += f" | {free} of {len(whole['groups'])} | "
    if result is None:
        return first + f"refused: {said.splitlines()[-1]} |"
    removed = 100 * (1 - result["macs_after"] / result["macs_before"])
    differences = re.findall(r"difference ([0-9.e+-]+[0-9])", said)
    reasons = "; ".join(f"{reason} ({count})" for reason, count in frozen.most_common())
    return first + f"{removed:.1f} % | {result['gate']['largest_difference']:.1e} | {', '.join(differences)} | {reasons} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--only", nargs="*")
    arguments = parser.parse_args()
    print("| network | parameters | MACs | nodes that are kept (first causes) | groups that can be cut | MACs removed | cut against whole | under ONNX Runtime | frozen groups |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    export = [sys.executable, os.path.join(HERE, "peers", "export_wild.py"), arguments.folder]
    with subprocess.Popen(export + (["--only", *arguments.only] if arguments.only else []), stdout=subprocess.PIPE, text=True) as lines:
        for line in lines.stdout:
            network = json.loads(line)
            if "skipped" in network or "failed" in network:
                print(f"| {network.get('network', '')} | not exported: {network.get('skipped') or network['failed']} |", flush=True)
            else:
                print(row(arguments.folder, network["network"]), flush=True)


if __name__ == "__main__":
    main()
