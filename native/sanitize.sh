#!/bin/sh
# Builds the shim with AddressSanitizer and UndefinedBehaviorSanitizer in a temporary folder, and runs its tests with it:
# native/sanitize.sh [FILTER], a filter of `dotnet test`. Every finding is printed; the exit code is 1 if there is one.
# Build the tests before, with `dotnet build -c Release tests/Torch.Tests`.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
flags='-fsanitize=address,undefined -fno-omit-frame-pointer -g1'
CXXFLAGS=$flags LDFLAGS=$flags sh "$root/native/build.sh" "$folder/shim"

# .NET handles SIGSEGV itself, and keeps memory to its end.
export ASAN_OPTIONS="detect_leaks=0:handle_segv=0:allocator_may_return_null=1:halt_on_error=0:log_path=$folder/found"
export UBSAN_OPTIONS="print_stacktrace=1:log_path=$folder/found" OCS_TORCH_SHIM="$folder/shim/libocs_torch.so"
code=0
# Tests that build a shim would link the compiler with the sanitizers, too.
LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
    dotnet test "$root/artifacts/bin/Torch.Tests/release/Ocs.Torch.Tests.dll" --nologo \
    --filter "FullyQualifiedName!~ShimBuild${1:+&($1)}" || code=1
# A test asks for more memory than there is, which gives two warnings.
if cat "$folder"/found* 2>/dev/null | grep -v 'WARNING: AddressSanitizer failed to allocate'; then code=1; fi
exit $code
