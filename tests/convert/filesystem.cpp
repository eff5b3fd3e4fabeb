#include <socketio/convert/filesystem.hpp>

#include <socketio/core/convert.hpp>

#include "support/json.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace convert_filesystem_tests {

using socketio::value;
using std::filesystem::path;

TEST_CASE("a path is its text in UTF-8")
{
    path const written{u8"/tmp/Gr\u00fc\u00dfe.txt"};
    CHECK(support::json(written) == "\"/tmp/Gr\u00fc\u00dfe.txt\"");
    CHECK(socketio::to_value(written).get<path>() == written);
    CHECK(value{""}.get<path>() == path{});
    CHECK(value{socketio::array{"a", "b/c"}}.get<std::vector<path>>() == std::vector<path>{"a", path{"b"} / "c"});
}

TEST_CASE("what is no path is refused")
{
    using namespace std::string_view_literals;
    CHECK_FALSE(value{"/etc/passwd\0.txt"sv}.get<path>());
    CHECK_FALSE(value{1}.get<path>());
    CHECK_FALSE(value{nullptr}.get<path>());
}

#if !defined(_WIN32)
TEST_CASE("a file's name that is no UTF-8 is repaired")
{
    CHECK(support::json(path{"a\xff"}) == "\"a\xef\xbf\xbd\"");
}
#endif

} // namespace convert_filesystem_tests
