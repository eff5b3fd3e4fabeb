// UTF-8: the checker and the repair against a decoder that knows nothing but code points.
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/core/utf8.hpp>

#include <string>

namespace utf8_tests {

using namespace fuzz;
using namespace socketio::detail;

namespace {

// At the end of each piece: false exactly when no continuation can make it valid.
void check_pieces(std::string_view text, choices cuts)
{
    utf8_checker checker;
    std::size_t done = 0;
    in_pieces(text, cuts, [&](std::string_view piece) {
        done += piece.size();
        std::vector<char> const exact = copy_of(piece);
        require(checker.write(view_of(exact)) == (check_utf8(text.substr(0, done)) != verdict::broken));
    });
    if (check_utf8(text) != verdict::broken)
        require(checker.finish() == (check_utf8(text) == verdict::whole));
    checker.reset();
    require(checker.write("a") && checker.finish());
}

// The WHATWG decoder: one U+FFFD for the longest start of a character that could have gone on.
std::string repaired(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        std::size_t good = 1;
        if (decode_utf8(text).is == verdict::whole) {
            good = decode_utf8(text).length;
            result.append(text.substr(0, good));
        } else {
            while (good < text.size() && decode_utf8(text.substr(0, good)).is == verdict::incomplete &&
                   decode_utf8(text.substr(0, good + 1)).is == verdict::incomplete)
                ++good;
            result.append("\xEF\xBF\xBD");
        }
        text.remove_prefix(good);
    }
    return result;
}

} // namespace

FUZZ_TARGET(utf8)
{
    choices from{input};
    choices const cuts{from.text(16)};
    std::vector<char> const exact = copy_of(from.rest());
    std::string_view const text = view_of(exact);

    bool const valid = check_utf8(text) == verdict::whole;
    require(is_utf8(text) == valid);
    check_pieces(text, cuts);

    std::string const well_formed = to_well_formed(text);
    require(is_utf8(well_formed));
    require(well_formed == repaired(text));
    require(!valid || well_formed == text);
    require(well_formed.size() <= 3 * text.size());
}

} // namespace utf8_tests
