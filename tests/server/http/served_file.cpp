#include <socketio/server/served_file.hpp>

#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using socketio::detail::served_file;
using socketio::detail::status_of_failure;

TEST_CASE("a file is read in pieces, by all copies together")
{
    support::temporary_folder const folder;
    served_file file;
    REQUIRE_FALSE(file.open(folder.write("a.txt", "0123456789")));
    served_file copy = file;
    std::array<char, 8> room{};
    CHECK(file.read(room.data(), 4) == 4);
    CHECK(std::string_view{room.data(), 4} == "0123");
    CHECK(copy.read(room.data(), 8) == 6);
    CHECK(std::string_view{room.data(), 6} == "456789");
    CHECK(file.read(room.data(), 8) == 0);
    CHECK_FALSE(file.failed());
}

TEST_CASE("a file that cannot be opened or read says so")
{
    support::temporary_folder const folder;
    served_file file;
    CHECK(file.open(folder.path("nothing")) == std::errc::no_such_file_or_directory);
    char byte = 0;
    std::optional<served_file> of_folder{std::in_place};
    if (!of_folder->open(folder.name())) {
        CHECK(of_folder->read(&byte, 1) == 0);
        CHECK(of_folder->failed());
    }
}

TEST_CASE("programs that are started do not inherit the files that are served")
{
    support::temporary_folder const folder;
    int const next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(next >= 0);
    ::close(next);
    served_file file;
    REQUIRE_FALSE(file.open(folder.write("a.txt", "x")));
    CHECK((::fcntl(next, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a failure to open is the client's mistake, the owner's wish, a shortage or an error")
{
    using std::errc;
    auto const status = [](errc each) { return status_of_failure(std::make_error_code(each)); };
    for (errc const each : {errc::no_such_file_or_directory, errc::not_a_directory, errc::filename_too_long, errc::too_many_symbolic_link_levels})
        CHECK(status(each) == 404);
    CHECK(status(errc::permission_denied) == 403);
    CHECK(status(errc::operation_not_permitted) == 403);
    for (errc const each : {errc::too_many_files_open, errc::too_many_files_open_in_system, errc::not_enough_memory,
             errc::resource_unavailable_try_again, errc::no_buffer_space})
        CHECK(status(each) == 503);
    CHECK(status(errc::io_error) == 500);
    CHECK(status(errc::value_too_large) == 500);
}
