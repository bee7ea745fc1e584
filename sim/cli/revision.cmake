# Writes build_info.h with the version, the git revision and the compiler; run at every build, touches
# the file only when something changed.
execute_process(COMMAND git -C ${SOURCE_DIR} rev-parse --short=12 HEAD OUTPUT_VARIABLE REVISION
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE FAILED)
if(FAILED)
  set(REVISION "unknown")
else()
  execute_process(COMMAND git -C ${SOURCE_DIR} status --porcelain --untracked-files=no
                  OUTPUT_VARIABLE CHANGES ERROR_QUIET)
  if(NOT CHANGES STREQUAL "")
    set(REVISION "${REVISION}-modified")
  endif()
endif()
configure_file(${SOURCE_DIR}/sim/cli/build_info.h.in ${OUTPUT} @ONLY)
