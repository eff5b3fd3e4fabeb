// The reader and the writer of MessagePack against msgpack-cxx, where that is installed: both accept the same bytes,
// find the same in them, and read what the other writes. CMakeLists.txt says when it is not.
#include <socketio/msgpack.hpp>

#include <socketio/core/convert.hpp>
#include <socketio/core/utf8.hpp>

#include <doctest/doctest.h>

#if defined(SOCKETIO_TESTS_WITH_MSGPACK_CXX)
#define MSGPACK_NO_BOOST
#include <msgpack.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace msgpack_second_opinion_tests {

using namespace socketio;

namespace {

void tell_number(std::string& to, double number)
{
    to += std::isnan(number) ? "nan" : std::to_string(std::bit_cast<std::uint64_t>(number));
    to += 'd';
}

// A text that is the same for the same data, in their types and in ours.
void tell(std::string& to, value_view from)
{
    switch (from.type()) {
    case value_type::null: to += "null"; break;
    case value_type::number: tell_number(to, from.as_double()); break;
    case value_type::string: to.append(1, '"').append(from.as_string()).append(1, '"'); break;
    case value_type::binary: to.append(1, '<').append(detail::as_text(from.as_binary())).append(1, '>'); break;
    case value_type::array:
        to += '[';
        for (value_view const each : from.elements())
            tell(to, each);
        to += ']';
        break;
    case value_type::object:
        to += '{';
        for (auto const member : from.members()) {
            to.append(1, '"').append(member.key).append(1, '"');
            tell(to, member.value);
        }
        to += '}';
        break;
    default: to += from.to_json() + ','; break;
    }
}

enum class kinds { common, ext, bad_key };

void tell_text(std::string& to, msgpack::object_str const& text)
{
    to.append(1, '"').append(detail::to_well_formed({text.ptr, text.size})).append(1, '"');
}

// Returns what is in it that the library treats in its own way.
kinds tell(std::string& to, msgpack::object const& from)
{
    kinds worst = kinds::common;
    auto const inner = [&](msgpack::object const& each) { worst = std::max(worst, tell(to, each)); };
    switch (from.type) {
    case msgpack::type::NIL: to += "null"; break;
    case msgpack::type::BOOLEAN: to += from.via.boolean ? "true," : "false,"; break;
    case msgpack::type::POSITIVE_INTEGER: to += std::to_string(from.via.u64) + ','; break;
    case msgpack::type::NEGATIVE_INTEGER: to += std::to_string(from.via.i64) + ','; break;
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64: tell_number(to, from.via.f64); break;
    case msgpack::type::STR: tell_text(to, from.via.str); break;
    case msgpack::type::BIN: to.append(1, '<').append(from.via.bin.ptr, from.via.bin.size).append(1, '>'); break;
    case msgpack::type::EXT: return kinds::ext;
    case msgpack::type::ARRAY:
        to += '[';
        for (std::uint32_t i = 0; i != from.via.array.size; ++i)
            inner(from.via.array.ptr[i]);
        to += ']';
        break;
    case msgpack::type::MAP:
        to += '{';
        for (std::uint32_t i = 0; i != from.via.map.size; ++i) {
            msgpack::object const& key = from.via.map.ptr[i].key;
            if (key.type == msgpack::type::STR)
                tell_text(to, key.via.str);
            else if (key.type == msgpack::type::POSITIVE_INTEGER)
                to += '"' + std::to_string(key.via.u64) + '"';
            else if (key.type == msgpack::type::NEGATIVE_INTEGER)
                to += '"' + std::to_string(key.via.i64) + '"';
            else
                worst = kinds::bad_key;
            inner(from.via.map.ptr[i].val);
        }
        to += '}';
        break;
    }
    return worst;
}

struct opinion {
    bool accepted = false;
    kinds has = kinds::common;
    std::string text{};
};

opinion theirs(std::string const& message)
{
    msgpack::unpack_limit const limit{4096, 4096, 65536, 65536, 65536, 100}; // it believes announced sizes
    opinion made;
    try {
        std::size_t used = 0;
        msgpack::object_handle const got = msgpack::unpack(message.data(), message.size(), used, nullptr, nullptr, limit);
        made.accepted = used == message.size();
        made.has = tell(made.text, got.get());
    } catch (msgpack::unpack_error const&) {
    }
    return made;
}

void compare(std::string const& message)
{
    value_builder built;
    built.start({.depth = 100});
    bool const accepted = !detail::read_msgpack(message, built);
    opinion const other = theirs(message);
    REQUIRE(accepted == (other.accepted && other.has != kinds::bad_key));
    if (!accepted || other.has != kinds::common)
        return;
    std::string text;
    tell(text, built.root());
    REQUIRE(text == other.text);
}

class source {
public:
    explicit source(unsigned seed) : random_{seed} {}
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

    // Half of the bytes are small, so that sizes fit, and a third begin something.
    std::string noise()
    {
        std::string made(1 + below(40), '\0');
        for (char& c : made) {
            unsigned const kind = below(6);
            c = static_cast<char>(static_cast<unsigned char>(kind < 3 ? below(8) : kind < 5 ? 0x80 + below(0x60) : below(256)));
        }
        return made;
    }
    void pack(msgpack::packer<msgpack::sbuffer>& to, int depth)
    {
        unsigned const kind = below(depth > 3 ? 8 : 10);
        switch (kind) {
        case 0: to.pack_nil(); break;
        case 1: below(2) != 0 ? to.pack_true() : to.pack_false(); break;
        case 2: to.pack_uint64(random_() >> below(64)); break;
        case 3: to.pack_int64(static_cast<std::int64_t>(random_()) >> below(64)); break;
        case 4: to.pack_double(std::bit_cast<double>(random_())); break;
        case 5: to.pack_float(std::bit_cast<float>(static_cast<std::uint32_t>(random_()))); break;
        case 6: pack_text(to); break;
        case 7: {
            std::string const data(below(300), 'b');
            to.pack_bin(static_cast<std::uint32_t>(data.size())).pack_bin_body(data.data(), static_cast<std::uint32_t>(data.size()));
            break;
        }
        default: {
            unsigned const size = below(20);
            kind == 8 ? to.pack_array(size) : to.pack_map(size);
            for (unsigned i = 0; i != size; ++i) {
                if (kind == 9)
                    pack_text(to);
                pack(to, depth + 1);
            }
        }
        }
    }

private:
    void pack_text(msgpack::packer<msgpack::sbuffer>& to)
    {
        std::string text(below(40), 't');
        if (!text.empty() && below(8) == 0)
            text.back() = '\xFF';
        to.pack_str(static_cast<std::uint32_t>(text.size())).pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
    }

    std::mt19937_64 random_;
};

} // namespace

TEST_CASE("msgpack-cxx accepts the same bytes as MessagePack, and finds the same in them")
{
    source chance{1};
    for (int i = 0; i != 200000; ++i)
        compare(chance.noise());
}

TEST_CASE("what msgpack-cxx writes is read the same, whole, cut off and spoilt, and what is written it reads the same")
{
    source chance{2};
    for (int i = 0; i != 3000; ++i) {
        msgpack::sbuffer packed;
        msgpack::packer<msgpack::sbuffer> packer{packed};
        chance.pack(packer, 0);
        std::string const message{packed.data(), packed.size()};
        compare(message);
        compare(message.substr(0, chance.below(static_cast<unsigned>(message.size()) + 1)));
        std::string spoilt = message;
        spoilt[chance.below(static_cast<unsigned>(message.size()))] = static_cast<char>(static_cast<unsigned char>(chance.below(256)));
        compare(spoilt);

        value_builder built;
        built.start({});
        REQUIRE_FALSE(detail::read_msgpack(message, built));
        detail::byte_buffer to;
        detail::msgpack_writer into{to};
        write_in_form(into, [&](writer& one) { detail::write(one, built.root()); });
        std::string const again{to.view()};
        compare(again);
        value_builder second;
        second.start({});
        REQUIRE_FALSE(detail::read_msgpack(again, second));
        CHECK(second.root().to_json() == built.root().to_json());
    }
}

} // namespace msgpack_second_opinion_tests
#endif
