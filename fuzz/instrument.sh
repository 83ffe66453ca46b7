#!/bin/sh
# Cargo's RUSTC_WRAPPER for the fuzz targets: counts what is reached, in this library and the targets, not in what they depend on.
case " $* " in
*" --crate-name ml_board "*) cfg="--cfg fuzzing" ;;
*" --crate-name libfuzzer_sys "* | *" --crate-name build_script_"*) exec "$@" ;;
*" --crate-name fuzz_"*) cfg="--cfg fuzzing" ;;
*) exec "$@" ;;
esac
exec "$@" $cfg -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares
