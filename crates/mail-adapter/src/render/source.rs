use kairo_ports::MailContent;

/// What every plain text stands in.
pub(super) const LAYOUT_TEXT: &str = include_str!("../../templates/layout.txt");
/// What every HTML page stands in.
pub(super) const LAYOUT_HTML: &str = include_str!("../../templates/layout.html");

/// The templates of one kind of mail.
#[derive(Clone, Copy)]
pub(super) struct Source {
    /// What the mail is called.
    pub(super) kind: &'static str,
    pub(super) text: &'static str,
    pub(super) html: &'static str,
}

impl Source {
    pub(super) const fn of(content: &MailContent) -> Self {
        match content {
            MailContent::VerifyAddress { .. } => VERIFY_ADDRESS,
            MailContent::AlreadyRegistered => ALREADY_REGISTERED,
            MailContent::ResetPassword { .. } => RESET_PASSWORD,
            MailContent::Welcome { .. } => WELCOME,
            MailContent::Invitation { .. } => INVITATION,
            MailContent::ConfirmOldAddress { .. } => CONFIRM_OLD_ADDRESS,
            MailContent::ConfirmNewAddress { .. } => CONFIRM_NEW_ADDRESS,
            MailContent::Notice(_) => NOTICE,
            MailContent::Written { .. } => WRITTEN,
        }
    }
}

const VERIFY_ADDRESS: Source = Source {
    kind: "verify_address",
    text: include_str!("../../templates/verify_address.txt"),
    html: include_str!("../../templates/verify_address.html"),
};

const ALREADY_REGISTERED: Source = Source {
    kind: "already_registered",
    text: include_str!("../../templates/already_registered.txt"),
    html: include_str!("../../templates/already_registered.html"),
};

const RESET_PASSWORD: Source = Source {
    kind: "reset_password",
    text: include_str!("../../templates/reset_password.txt"),
    html: include_str!("../../templates/reset_password.html"),
};

const WELCOME: Source = Source {
    kind: "welcome",
    text: include_str!("../../templates/welcome.txt"),
    html: include_str!("../../templates/welcome.html"),
};

const INVITATION: Source = Source {
    kind: "invitation",
    text: include_str!("../../templates/invitation.txt"),
    html: include_str!("../../templates/invitation.html"),
};

const CONFIRM_OLD_ADDRESS: Source = Source {
    kind: "confirm_old_address",
    text: include_str!("../../templates/confirm_old_address.txt"),
    html: include_str!("../../templates/confirm_old_address.html"),
};

const CONFIRM_NEW_ADDRESS: Source = Source {
    kind: "confirm_new_address",
    text: include_str!("../../templates/confirm_new_address.txt"),
    html: include_str!("../../templates/confirm_new_address.html"),
};

const NOTICE: Source = Source {
    kind: "notice",
    text: include_str!("../../templates/notice.txt"),
    html: include_str!("../../templates/notice.html"),
};

/// What a flow wrote is sent as it is, through no template; only the name of its kind is asked for.
const WRITTEN: Source = Source { kind: "written", text: "", html: "" };
