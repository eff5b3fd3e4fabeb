#include <socketio/wire/extensions.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace extensions_tests {

using namespace socketio::detail;

namespace {

// "a(x, y=1) b()", or "malformed".
std::string read(std::string_view header)
{
    std::vector<extension> list;
    if (!read_extensions(header, list))
        return "malformed";
    std::string all;
    for (extension const& each : list) {
        all += (all.empty() ? "" : " ") + each.name + '(';
        for (auto const& parameter : each.parameters) {
            all += (all.back() == '(' ? "" : ", ") + parameter.name;
            if (parameter.value)
                all += '=' + *parameter.value;
        }
        all += ')';
    }
    return all;
}

} // namespace

TEST_CASE("extensions and their parameters are read in order")
{
    CHECK(read("foo") == "foo()");
    CHECK(read("foo, bar; baz=2") == "foo() bar(baz=2)");
    CHECK(read("foo; a; b=1,foo;a") == "foo(a, b=1) foo(a)");
    CHECK(read(" \tfoo ;\ta = 1 , bar ") == "foo(a=1) bar()");
    CHECK(read("foo; a=\"1\"; b=\"x\\y\\!\"") == "foo(a=1, b=xy!)");
}

TEST_CASE("what breaks the grammar is not read")
{
    for (std::string_view bad : {"", " ", ",", "foo,", ",foo", "foo;", "foo;;a", "foo; ,bar", "foo bar", "foo; a=", "foo; =1", "foo; a=1 2",
                                 "foo; a=\"", "foo; a=\"1", "foo; a=\"\"", "foo; a=\"1 2\"", "foo; a=\"\\", "foo; a=\"1\"2", "foo=1", "\"foo\"",
                                 "foo; a=\"\\\"", "foo\xC3\xA9", "foo; a=,", "foo; a b"})
        CHECK_MESSAGE(read(bad) == "malformed", bad);
    CHECK(read(std::string_view{"foo\0", 4}) == "malformed");
}

TEST_CASE("all headers of the name make one list")
{
    http_head head;
    head.headers = {{"Sec-WebSocket-Extensions", "a; x"}, {"Other", "c"}, {"sec-websocket-extensions", "b, a"}};
    std::vector<extension> list;
    REQUIRE(read_extensions(head, list));
    REQUIRE(list.size() == 3);
    CHECK(list[0].name == "a");
    CHECK(list[1].name == "b");
    CHECK(list[2].parameters.empty());
    head.headers[2].value = "";
    list.clear();
    CHECK_FALSE(read_extensions(head, list));
}

} // namespace extensions_tests
