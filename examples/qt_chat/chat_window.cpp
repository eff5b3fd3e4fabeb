#include "chat_window.hpp"
#include "pictures.hpp"

#include <QAction>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QImage>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <utility>

using namespace std::chrono_literals;

chat_window::chat_window(QString const& url, QString const& name) : client_{url, name}
{
    build();
    listen();
    show_state(client_.now(), {});
    show_rooms();
}

void chat_window::build()
{
    auto* const columns = new QSplitter;
    members_ = new QListWidget;
    members_->setObjectName("members");
    members_->setSelectionMode(QAbstractItemView::NoSelection);
    columns->addWidget(build_rooms());
    columns->addWidget(build_talk());
    columns->addWidget(members_);
    columns->setStretchFactor(1, 1);
    columns->setSizes({180, 520, 140});
    setCentralWidget(columns);
    resize(840, 560);
    menuBar()->addMenu("&Chat")->addAction("Change &name...", this, [this] { ask_for_name(); });
}

QWidget* chat_window::build_rooms()
{
    auto* const side = new QWidget;
    auto* const lines = new QVBoxLayout{side};
    lines->setContentsMargins(0, 0, 0, 0);
    room_list_ = new QListWidget;
    room_list_->setObjectName("rooms");
    room_name_ = new QLineEdit;
    room_name_->setObjectName("room_name");
    room_name_->setPlaceholderText("join a room");
    room_name_->setMaxLength(40);
    auto* const leave = new QPushButton{"Leave room"};
    lines->addWidget(room_list_);
    lines->addWidget(room_name_);
    lines->addWidget(leave);
    connect(room_name_, &QLineEdit::returnPressed, this, [this] {
        open_room(room_name_->text().trimmed());
        room_name_->clear();
    });
    connect(leave, &QPushButton::clicked, this, [this] {
        if (room_view const* const open = current())
            close_room(open->name);
    });
    connect(room_list_, &QListWidget::currentRowChanged, this, [this] { show_current(); });
    return side;
}

QWidget* chat_window::build_talk()
{
    auto* const middle = new QWidget;
    auto* const lines = new QVBoxLayout{middle};
    lines->setContentsMargins(0, 0, 0, 0);

    banner_ = new QWidget;
    banner_->setObjectName("banner");
    banner_->setStyleSheet("#banner { background: #fff3cd; } #banner QLabel { color: #664d03; }");
    banner_->setAttribute(Qt::WA_StyledBackground);
    banner_text_ = new QLabel;
    banner_text_->setObjectName("banner_text");
    banner_text_->setTextFormat(Qt::PlainText);
    banner_text_->setWordWrap(true);
    retry_ = new QPushButton{"Try now"};
    auto* const across = new QHBoxLayout{banner_};
    across->addWidget(banner_text_, 1);
    across->addWidget(retry_);

    pages_ = new QStackedWidget;
    typing_ = new QLabel;
    typing_->setObjectName("typing");
    typing_->setTextFormat(Qt::PlainText);
    text_ = new QLineEdit;
    text_->setObjectName("text");
    text_->setMaxLength(1000);
    text_->setPlaceholderText("say something");
    send_ = new QPushButton{"Send"};
    send_->setObjectName("send");
    picture_ = new QPushButton{"Picture..."};
    auto* const below = new QHBoxLayout;
    below->addWidget(text_, 1);
    below->addWidget(send_);
    below->addWidget(picture_);

    lines->addWidget(banner_);
    lines->addWidget(pages_, 1);
    lines->addWidget(typing_);
    lines->addLayout(below);
    return middle;
}

void chat_window::listen()
{
    connect(retry_, &QPushButton::clicked, &client_, &chat_client::reconnect_now);
    connect(send_, &QPushButton::clicked, this, [this] { send_text(); });
    connect(text_, &QLineEdit::returnPressed, this, [this] { send_text(); });
    connect(text_, &QLineEdit::textEdited, this, [this] { tell_typing(); });
    connect(picture_, &QPushButton::clicked, this, [this] { ask_for_picture(); });
    typing_ends_.setSingleShot(true);
    connect(&typing_ends_, &QTimer::timeout, this, [this] { stop_typing(); });

    connect(&client_, &chat_client::state_changed, this, &chat_window::show_state);
    connect(&client_, &chat_client::said, this, &chat_window::take);
    connect(&client_, &chat_client::joined, this, [this](QString const& room, QStringList const& members) {
        if (room_view* const in = find_room(room))
            in->set_members(members);
        show_current();
    });
    connect(&client_, &chat_client::came, this,
            [this](QString const& room, QString const& name) { change(room, &room_view::come, name); });
    connect(&client_, &chat_client::went, this,
            [this](QString const& room, QString const& name) { change(room, &room_view::go, name); });
    connect(&client_, &chat_client::typed, this, [this](QString const& room, QString const& name, bool whether) {
        if (room_view* const in = find_room(room))
            in->set_typing(name, whether);
        show_current();
    });
}

void chat_window::show_state(chat_client::state now, QString const& why)
{
    using state = chat_client::state;
    bool const connected = now == state::connected;
    QString text = "Connecting";
    if (now == state::reconnecting)
        text = "Not connected, trying again: " + why;
    else if (now == state::refused)
        text = "Refused: " + why;
    banner_text_->setText(text);
    banner_->setVisible(!connected);
    retry_->setVisible(now == state::reconnecting);
    setWindowTitle(client_.name() + (connected ? " - chat" : " - chat (not connected)"));
    show_current();
}

room_view* chat_window::find_room(QString const& name) const
{
    auto const found = rooms_.find(name);
    return found == rooms_.end() ? nullptr : found->second;
}

room_view* chat_window::current() const
{
    QListWidgetItem const* const chosen = room_list_->currentItem();
    return chosen ? find_room(chosen->data(Qt::UserRole).toString()) : nullptr;
}

void chat_window::open_room(QString const& name)
{
    if (name.isEmpty())
        return;
    if (!find_room(name)) {
        auto* const made = new room_view{name};
        rooms_[name] = made;
        pages_->addWidget(made);
        auto* const line = new QListWidgetItem{name, room_list_};
        line->setData(Qt::UserRole, name);
        client_.join(name);
    }
    for (int row = 0; row != room_list_->count(); ++row)
        if (room_list_->item(row)->data(Qt::UserRole) == name)
            room_list_->setCurrentRow(row);
}

void chat_window::close_room(QString const& name)
{
    room_view* const closed = find_room(name);
    if (!closed)
        return;
    client_.leave(name);
    rooms_.erase(name);
    delete closed;
    for (int row = room_list_->count(); row-- != 0;)
        if (room_list_->item(row)->data(Qt::UserRole) == name)
            delete room_list_->takeItem(row);
    show_current();
}

// The numbers of unread messages.
void chat_window::show_rooms()
{
    for (int row = 0; row != room_list_->count(); ++row) {
        QListWidgetItem* const line = room_list_->item(row);
        room_view const* const room = find_room(line->data(Qt::UserRole).toString());
        int const unread = room ? room->unread : 0;
        QFont font = line->font();
        font.setBold(unread != 0);
        line->setFont(font);
        line->setText(line->data(Qt::UserRole).toString() + (unread ? QString{" (%1)"}.arg(unread) : QString{}));
    }
}

void chat_window::show_current()
{
    room_view* const open = current();
    bool const ready = open && client_.now() == chat_client::state::connected;
    for (QWidget* const each : {static_cast<QWidget*>(text_), static_cast<QWidget*>(send_), static_cast<QWidget*>(picture_)})
        each->setEnabled(ready);
    members_->clear();
    typing_->setText(open ? open->typing_line() : QString{});
    if (!open)
        return;
    open->unread = 0;
    pages_->setCurrentWidget(open);
    members_->addItems(open->members());
    show_rooms();
}

void chat_window::change(QString const& room, void (room_view::*how)(QString const&), QString const& name)
{
    if (room_view* const in = find_room(room))
        (in->*how)(name);
    show_current();
}

void chat_window::take(QString const& room, message const& what)
{
    room_view* const in = find_room(room);
    if (!in)
        return;
    in->show(what);
    if (in != current())
        ++in->unread;
    show_current();
    show_rooms();
}

// In italics until the server has it.
void chat_window::say(message what)
{
    room_view* const in = current();
    if (!in || client_.now() != chat_client::state::connected)
        return;
    what.from = client_.name();
    what.at = QDateTime::currentDateTime();
    QListWidgetItem* const line = in->show(what);
    QFont font = line->font();
    font.setItalic(true);
    line->setFont(font);
    // The line may have gone by then.
    auto const index = QPersistentModelIndex{in->model()->index(in->count() - 1, 0)};
    client_.say(in->name, what, [this, room = in->name, index](bool sent) {
        room_view* const shown = find_room(room);
        QListWidgetItem* const said = shown && index.isValid() ? shown->item(index.row()) : nullptr;
        if (!said)
            return;
        QFont plain = said->font();
        plain.setItalic(!sent);
        said->setFont(plain);
        if (!sent)
            said->setText(said->text() + " (not sent)");
    });
}

void chat_window::send_text()
{
    QString const text = text_->text().trimmed();
    if (text.isEmpty())
        return;
    stop_typing();
    say({.text = text});
    text_->clear();
}

void chat_window::send_picture(QImage const& picture)
{
    if (!picture.isNull())
        say({.picture = encode_picture(picture)});
}

// At most once until it ends, which it does by itself.
void chat_window::tell_typing()
{
    room_view const* const in = current();
    if (!in)
        return;
    if (typing_in_ != in->name) {
        stop_typing();
        typing_in_ = in->name;
        client_.tell_typing(typing_in_, true);
    }
    typing_ends_.start(3s);
}

void chat_window::stop_typing()
{
    typing_ends_.stop();
    if (!typing_in_.isEmpty())
        client_.tell_typing(std::exchange(typing_in_, {}), false);
}

void chat_window::ask_for_picture()
{
    QString const file = QFileDialog::getOpenFileName(this, "Send a picture", {}, "Pictures (*.png *.jpg *.jpeg *.gif *.bmp)");
    if (!file.isEmpty())
        send_picture(QImage{file});
}

void chat_window::ask_for_name()
{
    bool chosen = false;
    QString const name = QInputDialog::getText(this, "Chat", "Your name:", QLineEdit::Normal, client_.name(), &chosen);
    if (chosen && !name.trimmed().isEmpty())
        client_.connect_as(name.trimmed());
}
