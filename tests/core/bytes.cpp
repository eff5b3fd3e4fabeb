#include <socketio/core/bytes.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace bytes_tests {

using namespace socketio::detail;
using socketio::bytes;
using socketio::bytes_view;

namespace {

byte_buffer filled(std::string_view with)
{
    byte_buffer result;
    result.append(with);
    return result;
}

} // namespace

TEST_CASE("text seen as bytes and back is the same text in the same place")
{
    std::string_view const text{"a\0\xff", 3};
    bytes_view const data = as_bytes(text);
    CHECK(data.size() == 3);
    CHECK(data[2] == std::byte{0xff});
    CHECK(as_text(data) == text);
    CHECK(as_text(data).data() == text.data());
    CHECK(as_bytes({}).empty());
    CHECK(as_text(bytes_view{}).empty());
}

TEST_CASE("a buffer starts without memory and grows with what is appended")
{
    byte_buffer buffer;
    CHECK(buffer.empty());
    CHECK(buffer.capacity() == 0);
    CHECK(buffer.view().empty());
    buffer.append("hello");
    buffer.push_back(' ');
    bytes const world{std::byte{'w'}, std::byte{'x'}};
    buffer.append(bytes_view{world});
    CHECK(buffer.view() == "hello wx");
    CHECK(buffer.size() == 8);
    CHECK_FALSE(buffer.empty());
}

TEST_CASE("appending nothing changes nothing and takes no memory")
{
    byte_buffer buffer;
    buffer.append(std::string_view{});
    buffer.append(bytes_view{});
    CHECK(buffer.empty());
    CHECK(buffer.capacity() == 0);
}

TEST_CASE("what is there survives every growth")
{
    byte_buffer buffer;
    std::string model;
    for (std::size_t i = 0; i < 3000; ++i) {
        char const c = static_cast<char>('a' + i % 26);
        buffer.push_back(c);
        model.push_back(c);
        std::string const more(i % 7, static_cast<char>('A' + i % 26));
        buffer.append(more);
        model += more;
    }
    CHECK(buffer.view() == model);
    CHECK(buffer.capacity() >= buffer.size());
}

TEST_CASE("what was prepared is there only once it is committed")
{
    byte_buffer buffer = filled("ab");
    char* const at = buffer.prepare(1000);
    CHECK(at == buffer.data() + 2);
    CHECK(buffer.capacity() >= 1002);
    at[0] = 'c';
    at[1] = 'd';
    CHECK(buffer.view() == "ab");
    buffer.commit(1);
    CHECK(buffer.view() == "abc");
}

TEST_CASE("room that is there is used without moving anything")
{
    byte_buffer buffer;
    buffer.prepare(500);
    char const* const where = buffer.data();
    buffer.append(std::string(500, 'x'));
    CHECK(buffer.data() == where);
    buffer.clear();
    CHECK(buffer.capacity() >= 500);
    buffer.append(std::string(500, 'y'));
    CHECK(buffer.data() == where);
}

TEST_CASE("truncate forgets the end and consume the front")
{
    byte_buffer buffer = filled("0123456789");
    buffer.truncate(20);
    CHECK(buffer.view() == "0123456789");
    buffer.truncate(8);
    CHECK(buffer.view() == "01234567");
    buffer.consume(0);
    CHECK(buffer.view() == "01234567");
    buffer.consume(3);
    CHECK(buffer.view() == "34567");
    buffer.consume(99);
    CHECK(buffer.empty());
    byte_buffer none;
    none.consume(0);
    none.truncate(0);
    CHECK(none.empty());
}

TEST_CASE("an empty buffer gives back what is more than it may keep, a filled one nothing")
{
    byte_buffer buffer = filled(std::string(5000, 'x'));
    buffer.shrink(100);
    CHECK(buffer.size() == 5000);
    buffer.clear();
    std::size_t const held = buffer.capacity();
    buffer.shrink(held);
    CHECK(buffer.capacity() == held);
    buffer.shrink(held - 1);
    CHECK(buffer.capacity() == 0);
    buffer.append("again");
    CHECK(buffer.view() == "again");
}

TEST_CASE("moving and swapping carry the contents over")
{
    byte_buffer first = filled("first");
    char const* const where = first.data();
    byte_buffer second{std::move(first)};
    CHECK(second.view() == "first");
    CHECK(second.data() == where);
    CHECK(first.empty());
    first = filled("other");
    first.swap(second);
    CHECK(first.view() == "first");
    CHECK(second.view() == "other");
    first = std::move(second);
    CHECK(first.view() == "other");
    byte_buffer& same = first;
    first = std::move(same);
    CHECK(first.view() == "other");
}

TEST_CASE("borrowed memory is used until it is full, and is not freed")
{
    std::array<char, 16> room{};
    byte_buffer buffer{room};
    CHECK(buffer.capacity() == 16);
    buffer.append("0123456789abcdef");
    CHECK(buffer.data() == room.data());
    buffer.push_back('!');
    CHECK(buffer.data() != room.data());
    CHECK(buffer.view() == "0123456789abcdef!");
    CHECK(std::string_view{room.data(), 16} == "0123456789abcdef");
}

TEST_CASE("borrowed memory moves with its buffer and can be given up")
{
    std::array<char, 16> room{};
    byte_buffer buffer{room};
    buffer.append("here");
    byte_buffer moved{std::move(buffer)};
    CHECK(moved.data() == room.data());
    CHECK(moved.view() == "here");
    buffer.append("fresh");
    CHECK(buffer.view() == "fresh");
    moved.clear();
    moved.shrink(0);
    CHECK(moved.capacity() == 0);
    moved.append("on the heap");
    CHECK(moved.view() == "on the heap");
}

} // namespace bytes_tests
