#include "room_view.hpp"
#include "pictures.hpp"

#include <QIcon>
#include <QPixmap>

#include <utility>

namespace {

constexpr int most_lines = 500;

} // namespace

room_view::room_view(QString of) : name{std::move(of)}
{
    setWordWrap(true);
    setIconSize({480, 360});
    setSelectionMode(QAbstractItemView::NoSelection);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setResizeMode(QListView::Adjust);
}

QListWidgetItem* room_view::append(QString const& text)
{
    while (count() >= most_lines)
        delete takeItem(0);
    auto* const line = new QListWidgetItem{text, this};
    scrollToBottom();
    return line;
}

QListWidgetItem* room_view::show(message const& what)
{
    set_typing(what.from, false);
    QString const time = what.at.toLocalTime().toString("HH:mm");
    QListWidgetItem* const line = append(QString{"%1  %2: %3"}.arg(time, what.from, what.text));
    if (what.picture.isEmpty())
        return line;
    QImage const picture = decode_picture(what.picture);
    if (picture.isNull())
        line->setText(line->text() + " (a picture that cannot be shown)");
    else
        line->setIcon(QIcon{QPixmap::fromImage(picture)});
    return line;
}

void room_view::note(QString const& text)
{
    QListWidgetItem* const line = append(text);
    line->setForeground(palette().brush(QPalette::Disabled, QPalette::Text));
}

void room_view::come(QString const& who)
{
    if (!members_.contains(who))
        members_.append(who);
    members_.sort(Qt::CaseInsensitive);
    note(who + " has come");
}

void room_view::go(QString const& who)
{
    members_.removeAll(who);
    set_typing(who, false);
    note(who + " has gone");
}

void room_view::set_members(QStringList members)
{
    members.sort(Qt::CaseInsensitive);
    members_ = std::move(members);
    typing_.clear();
}

void room_view::set_typing(QString const& who, bool whether)
{
    typing_.removeAll(who);
    if (whether && members_.contains(who))
        typing_.append(who);
}

QString room_view::typing_line() const
{
    if (typing_.isEmpty())
        return {};
    if (typing_.size() > 3)
        return "several people are typing";
    return typing_.join(", ") + (typing_.size() == 1 ? " is typing" : " are typing");
}
