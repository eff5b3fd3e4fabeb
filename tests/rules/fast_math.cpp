// Compiled with -ffast-math, with which comparisons and std::isfinite may answer anything about infinity and NaN.
// The library is header-only here, so that its own functions are compiled so too.
#include <socketio/core/convert.hpp>
#include <socketio/core/json.hpp>
#include <socketio/core/value_view.hpp>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

int failures = 0;

void check(bool right, char const* what)
{
    if (right)
        return;
    ++failures;
    std::printf("failed: %s\n", what);
}

// As the optimizer cannot see them.
double with_bits(std::uint64_t bits)
{
    std::uint64_t volatile hidden = bits;
    return std::bit_cast<double>(std::uint64_t{hidden});
}

double infinity() { return with_bits(0x7ff0000000000000U); }
double below_all() { return with_bits(0xfff0000000000000U); }
double not_a_number() { return with_bits(0x7ff8000000000000U); }
bool is(double number, std::uint64_t bits)
{
    std::uint64_t volatile const own = std::bit_cast<std::uint64_t>(number);
    return own == bits;
}

template <class T>
std::string json(T const& from)
{
    socketio::detail::byte_buffer text;
    socketio::json_writer to{text};
    socketio::detail::write(to, from);
    return std::string{text.view()};
}

// Reads the JSON as a T.
template <class T>
std::optional<T> read(std::string text)
{
    socketio::detail::json_document document;
    if (document.parse({text.data(), text.size()}))
        return std::nullopt;
    return document.root().get<T>();
}

void write_numbers()
{
    using socketio::value;
    check(json(infinity()) == "null", "infinity is null");
    check(json(below_all()) == "null", "negative infinity is null");
    check(json(not_a_number()) == "null", "NaN is null");
    check(json(std::vector<double>{1.5, not_a_number(), infinity()}) == "[1.5,null,null]", "and in a list");
    check(json(static_cast<float>(infinity())) == "null", "an infinite float is null");
    check(json(static_cast<float>(not_a_number())) == "null", "and so is a float that is NaN");
    check(json(value{not_a_number()}) == "null" && value{infinity()}.to_json() == "null", "a value writes null, too");
    check(json(1.7976931348623157e308) == "1.7976931348623157e+308", "the largest number is one");
    check(json(0.1) == "0.1" && json(-1.0) == "-1", "numbers are numbers");

    socketio::detail::byte_buffer kept;
    socketio::json_writer to{kept};
    to.keep_infinity();
    to.begin_array();
    to.number(infinity());
    to.number(below_all());
    to.number(not_a_number());
    to.end_array();
    check(kept.view() == "[1e999,-1e999,null]", "a writer that keeps infinity keeps it");
}

void read_numbers()
{
    auto const huge = read<double>("1e999");
    check(huge && is(*huge, 0x7ff0000000000000U), "a number too large is infinity");
    auto const below = read<double>("-1e999");
    check(below && is(*below, 0xfff0000000000000U), "and negative infinity");
    auto const zero = read<double>("-0");
    check(zero && is(*zero, 0x8000000000000000U), "a negative zero stays one");
    auto const tiny = read<double>("-1e-999");
    check(tiny && is(*tiny, 0x8000000000000000U), "and so does a number too small");
    auto const narrow = read<float>("1e999");
    check(narrow && is(static_cast<double>(*narrow), 0x7ff0000000000000U), "a float may be infinite");
    check(!read<float>("1e300"), "1e300 is no float");
    check(read<float>("1e30").has_value(), "1e30 is one");
    check(!read<int>("1e999") && !read<std::int64_t>("-1e999") && !read<std::uint64_t>("1e999"), "infinity is no integer");
    check(!read<std::int64_t>("1e19") && read<std::int64_t>("1e18") == 1000000000000000000, "the range of integers holds");
    check(!read<int>("1.5") && read<int>("2.0") == 2, "and so does the fraction");
    check(!socketio::value{not_a_number()}.get<std::int64_t>(), "NaN is no integer");
    auto const nan = socketio::value{not_a_number()}.get<double>();
    check(nan && is(*nan, 0x7ff8000000000000U), "NaN is a double");
    check(socketio::value::from_json("1e999")->to_json() == "null", "what is read so is written so");
}

void compare_values()
{
    using socketio::value;
    check(value{not_a_number()} != value{not_a_number()}, "NaN equals nothing");
    check(value{not_a_number()} != value{1.5} && value{1.5} != value{not_a_number()}, "no number either");
    check(value{not_a_number()} != value{std::numeric_limits<std::int64_t>::min()}, "nor an integer");
    check(value{infinity()} == value{infinity()} && value{infinity()} != value{below_all()}, "infinity equals itself");
    check(value{infinity()} != value{std::numeric_limits<std::uint64_t>::max()}, "and no integer");
    check(value{2.0} == value{2} && value{2.5} != value{2}, "numbers are compared by what they are");
}

void place_attachments()
{
    for (std::string text : {R"({"_placeholder":true,"num":1e999})", R"({"_placeholder":true,"num":-1e999})",
             R"({"_placeholder":true,"num":0.5})"}) {
        socketio::detail::json_document document;
        socketio::bytes_view const attachments[1]{};
        bool const refused = document.parse({text.data(), text.size()}, {}, true) || document.attach(attachments);
        check(refused, "a placeholder's number is one of the attachments'");
    }
}

} // namespace

int main()
{
    write_numbers();
    read_numbers();
    compare_values();
    place_attachments();
    return failures == 0 ? 0 : 1;
}
