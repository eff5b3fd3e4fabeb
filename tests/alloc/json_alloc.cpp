// Once it has seen a message, the data layer allocates nothing for another like it.
#include <socketio/core/json.hpp>
#include <socketio/core/value_view.hpp>

#include "counting.hpp"

#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view event = R"(["msg",{"id":123456,"text":"hello \"world\" \u20ac \ud800","ok":true,"pi":3.14159},[1,[2,[3]]]])";
constexpr std::string_view binary = R"(["msg",{"_placeholder":true,"num":0},{"a":{"_placeholder":true,"num":1}}])";

std::size_t parse(socketio::detail::json_document& document, std::string_view json, bool placeholders)
{
    char text[256];
    std::memcpy(text, json.data(), json.size());
    std::size_t const before = allocations;
    socketio::bytes_view const attachments[2]{};
    check(!document.parse({text, json.size()}, {}, placeholders), "parse");
    check(!document.attach(attachments), "attach");
    check(document.root().size() == 3, "three elements");
    std::size_t count = 0;
    for (auto const each : document.root().elements())
        count += each.size();
    check(count != 0, "elements");
    check(placeholders || document.root()[1]["id"].get<int>() == 123456, "get");
    return allocations - before;
}

std::size_t write(socketio::detail::byte_buffer& to, std::vector<socketio::bytes_view>& attachments)
{
    std::size_t const before = allocations;
    to.clear();
    attachments.clear();
    socketio::json_writer writer{to, &attachments};
    writer.begin_array();
    socketio::detail::write(writer, "msg");
    writer.begin_object();
    writer.key("text");
    socketio::detail::write(writer, std::string_view{"hello \"world\" \xe2\x82\xac"});
    writer.key("numbers");
    socketio::detail::write(writer, std::array<double, 2>{1.5, 2e300});
    writer.key("data");
    socketio::detail::write(writer, socketio::bytes_view{});
    writer.end_object();
    writer.end_array();
    return allocations - before;
}

} // namespace

int main()
{
    socketio::detail::json_document document;
    check(parse(document, event, false) != 0, "the first message allocates, so counting works");
    check(parse(document, event, false) == 0, "the second allocates nothing");
    parse(document, binary, true);
    check(parse(document, binary, true) == 0, "one with attachments allocates nothing");

    socketio::detail::byte_buffer to;
    std::vector<socketio::bytes_view> attachments;
    check(write(to, attachments) != 0, "the first write allocates");
    check(write(to, attachments) == 0, "the second write allocates nothing");
    return failed ? 1 : 0;
}
