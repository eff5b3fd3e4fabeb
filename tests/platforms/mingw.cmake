# Debian's cross compiler for 64-bit Windows.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
# libstdc++ and its threads inside, so that a program is one file.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
# At -O0 there are so many functions of their own that its linker takes minutes.
set(CMAKE_CXX_FLAGS_INIT -O1)
set(CMAKE_CROSSCOMPILING_EMULATOR "${CMAKE_CURRENT_LIST_DIR}/wine")
