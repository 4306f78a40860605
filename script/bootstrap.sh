# Makes .venv and fills it from a lock file. Sourced by script/up and script/test, which stand
# in the repository's root; plain POSIX shell, for machines that have nothing yet.
# shellcheck shell=sh

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$*"
    exit 1
}

# Runs a command as root: as we are, or through sudo. Fails when neither can be had.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif ! command -v sudo >/dev/null 2>&1; then
        return 1
    elif sudo -n true 2>/dev/null; then
        sudo -n "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        return 1
    fi
}

# Installs system packages with apt, quietly; says which and why first.
# $1: why, in a few words; the rest: package names.
apt_install() {
    why=$1
    shift
    command -v apt-get >/dev/null 2>&1 && as_root true || return 1
    say "Installing $* with apt-get ($why) ..."
    # The lists may be older than the packages on the mirror: bring them up to date, once.
    if [ -z "${apt_lists_are_fresh:-}" ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1 || return 1
        apt_lists_are_fresh=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 </dev/null
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Prints the first Python that is new enough; $PYTHON, where set, is asked before the others.
find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 && is_new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

need_python() {
    find_python && return 0
    if ! command -v python3 >/dev/null 2>&1; then
        apt_install "OpenBill is written in Python" python3 && find_python && return 0
        die "OpenBill needs Python 3.11 or newer and found none. Install it" \
            "(Debian, Ubuntu: sudo apt-get install python3 python3-venv) and start again."
    fi
    die "OpenBill needs Python 3.11 or newer; this machine's python3 is" \
        "$(python3 -c 'import platform; print(platform.python_version())'). Install a newer one" \
        "(Ubuntu 22.04: sudo apt-get install python3.11 python3.11-venv), or name one as" \
        "PYTHON=/path/to/python3.11, and start again."
}

# Makes .venv with pip in it. Debian and Ubuntu keep the part of Python that brings pip
# (ensurepip) in a package of its own; without it, pip is fetched from the package index, for
# which no rights are needed, and only if that fails is the system's package installed.
make_venv() {
    python=$(need_python) || exit 1
    say "Making .venv with $("$python" --version 2>&1) ..."
    rm -rf .venv
    if "$python" -c 'import venv, ensurepip' 2>/dev/null && "$python" -m venv .venv 2>/dev/null
    then
        return 0
    fi
    rm -rf .venv
    if "$python" -m venv --without-pip .venv 2>/dev/null &&
        .venv/bin/python script/fetch_pip.py; then
        return 0
    fi
    rm -rf .venv
    apt_install "to make a virtual environment" python3-venv ca-certificates &&
        "$python" -m venv .venv && return 0
    rm -rf .venv
    die "No virtual environment could be made: this Python has no ensurepip, and pip could not" \
        "be fetched from the package index. Install python3-venv (Debian, Ubuntu: sudo apt-get" \
        "install python3-venv) and start again."
}

pip_install() {
    # What a user set for pip (an index, certificates, a proxy) holds here too, but a wish for
    # user installs cannot be met inside a virtual environment.
    PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 \
        .venv/bin/python -m pip install --quiet --no-build-isolation "$@" </dev/null ||
        die "The packages could not be installed; pip says why above. Behind a proxy or with an" \
            "index of your own, set HTTPS_PROXY or PIP_INDEX_URL, then start again."
}

# What an installation depends on: the locks, the project's metadata and the folder, since a
# virtual environment cannot be moved.
fingerprint() {
    { pwd -P && cat requirements-build.lock "$1" pyproject.toml; } | cksum
}

# Installs what a lock names, and OpenBill itself, unless that has been done already.
# $1: the lock file.
install_lock() {
    lock=$1
    stamp=.venv/.installed-$lock
    wanted=$(fingerprint "$lock")
    if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        return 0
    fi
    if ! is_new_enough .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1
    then
        make_venv
    fi
    say "Installing $(grep -c '^[A-Za-z0-9]' "$lock") packages into .venv" \
        "(once; a minute or two) ..."
    began=$(date +%s)
    pip_install --require-hashes -r requirements-build.lock
    pip_install --require-hashes -r "$lock"
    # setuptools warns that folders of the working directory may hide our packages: they are it.
    PYTHONWARNINGS='ignore:Editable installation' pip_install --no-deps -e .
    printf '%s\n' "$wanted" >"$stamp"
    say "Installed in $(($(date +%s) - began)) s."
}
