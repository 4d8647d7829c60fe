# shellcheck shell=bash
# Node's version, and the Debian packages of packages.txt.

readonly NODE_MINIMUM_MAJOR=20

# Fills NODE_ABI (processor and binary interface, of which compiled packages are) and NODE_PREFIX, or ends where Node is missing or too old.
step_node() {
  local version
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    die_with_command "Node.js $NODE_MINIMUM_MAJOR or newer is needed, with npm" "$(node_command)"
  fi
  # shellcheck disable=SC2034 # NODE_ABI and NODE_PREFIX are for step_npm
  read -r version NODE_ABI NODE_PREFIX < <(
    node -p '[process.versions.node, process.arch + "-abi" + process.versions.modules, path.resolve(process.execPath, "../..")].join(" ")'
  )
  ((${version%%.*} >= NODE_MINIMUM_MAJOR)) ||
    die_with_command "Node.js $version is too old: $NODE_MINIMUM_MAJOR or newer is needed" "$(node_command)"
}

# Prints the command that brings a Node that is new enough: Debian 13 and later ship one, for Debian 12 NodeSource does.
node_command() {
  local release
  release="$(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*/\1/p' /etc/os-release 2>/dev/null || true)"
  if ((${release:-0} >= 13)); then
    as_root_command "apt-get update && apt-get install -y nodejs npm"
  else
    as_root_command "apt-get install -y curl && curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs"
  fi
}

# $1: run or test.
step_system_packages() {
  local missing=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is not a Debian system: its packages are taken to be there already ($(wanted_packages "$1" | xargs))"
    return
  fi
  mapfile -t missing < <(missing_packages "$1")
  if ((${#missing[@]} == 0)); then return; fi

  if [[ $(id -u) == 0 ]]; then
    install_packages "${missing[@]}"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    install_packages "${missing[@]}" --with-sudo
  else
    die_with_command "system packages are missing (${#missing[@]} of them), and installing needs root" "$(apt_command "${missing[@]}")"
  fi
}

# Prints the packages of set $1 (test includes run), one a line.
wanted_packages() {
  awk -v set="$1" '/^[^#]/ && ($1 == "run" || $1 == set) { print $2 }' "$ROOT/board/setup/packages.txt"
}

# Prints those that are not installed. One call of dpkg-query for all: it takes milliseconds.
missing_packages() {
  local wanted
  mapfile -t wanted < <(wanted_packages "$1")
  {
    # A package that dpkg has never heard of is only told on stderr, and makes it fail.
    # shellcheck disable=SC2016 # dpkg's own placeholders
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true
    printf '%s\n' "${wanted[@]}"
  } | awk 'NF == 2 { if ($2 == "installed") installed[$1] = 1; next } !($1 in installed)'
}

# Arguments: packages, and --with-sudo where we are not root.
install_packages() {
  local names=() prefix=() name
  for name in "$@"; do
    if [[ "$name" == --with-sudo ]]; then prefix=(sudo -n); else names+=("$name"); fi
  done
  run_long apt-install "installing ${#names[@]} system packages: ${names[*]} (a minute or two)" \
    "${prefix[@]}" "$ROOT/board/setup/apt-install.sh" "${names[@]}" ||
    die_with_command "the system packages could not be installed$(mirror_remark)" "$(apt_command "${names[@]}")"
}

# Prints what is probably wrong where apt's log shows that no mirror answered.
mirror_remark() {
  if grep -qE 'Temporary failure resolving|Could not (resolve|connect)|Connection (failed|refused|timed out)|Network is unreachable' \
    "$LOGS/apt-install.log" 2>/dev/null; then
    printf ': no Debian mirror could be reached from here (network, proxy, or /etc/apt/sources.list)'
  fi
}

# Prints the one command that a person with the root password runs. Arguments: packages.
apt_command() { as_root_command "apt-get update && apt-get install -y --no-install-recommends $*"; }

# Prints a command line that runs $1 as root, in the way this machine offers.
as_root_command() {
  if [[ $(id -u) == 0 ]]; then
    printf '%s' "$1"
  elif command -v sudo >/dev/null; then
    printf "sudo sh -c '%s'" "$1"
  else
    printf "su -c '%s'" "$1"
  fi
}
