# For tests of scripts' arguments: set `script`, source this, end with `exit $failed`.
failed=0

# refuses WANTED_TEXT ARGUMENT...: exit 2 and a message with that text.
refuses() {
  local output code
  output=$("$script" "${@:2}" 2>&1)
  code=$?
  if [[ $code != 2 || $output != *"$1"* ]]; then
    echo "FAILED: $(basename "$script") ${*:2}: exit $code, expected 2 and '$1': $output"
    failed=1
  fi
}

# helps_with TEXT...: --help names all of them.
helps_with() {
  local help text
  help=$("$script" --help)
  for text in "$@"; do
    if [[ $help != *"$text"* ]]; then
      echo "FAILED: $(basename "$script") --help does not name $text"
      failed=1
    fi
  done
}
