#!/usr/bin/env node
// The published command. Parses on every Node of the last ten years, so that an
// old one can say what is wrong instead of failing on modern syntax.
"use strict";

var spawnSync = require("child_process").spawnSync;
var existsSync = require("fs").existsSync;
var path = require("path");

var NEEDED = [24, 15];

function isNewEnough(version) {
  var parts = version.split(".").map(Number);
  return parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1]);
}

// The Node that npm may have put beside us, in this folder or any above it.
function localNode() {
  for (var folder = __dirname; ; folder = path.dirname(folder)) {
    var candidate = path.join(folder, "node_modules", ".bin", "node");
    if (existsSync(candidate)) {
      var asked = spawnSync(candidate, ["-p", "process.versions.node"], { encoding: "utf8" });
      if (asked.status === 0 && isNewEnough(asked.stdout.trim())) return candidate;
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}

function reexecute(node) {
  var child = spawnSync(node, [path.join(__dirname, "writ.mjs")].concat(process.argv.slice(2)), { stdio: "inherit" });
  if (child.error) throw child.error;
  if (child.signal) process.kill(process.pid, child.signal);
  process.exitCode = child.status;
}

if (isNewEnough(process.versions.node)) {
  import(require("url").pathToFileURL(path.join(__dirname, "writ.mjs")).href);
} else {
  var node = localNode();
  if (node) {
    reexecute(node);
  } else {
    process.stderr.write(
      "writ: needs Node.js " +
        NEEDED.join(".") +
        " or newer, and this is " +
        process.versions.node +
        "; install it from https://nodejs.org and try again\n",
    );
    process.exitCode = 2;
  }
}
