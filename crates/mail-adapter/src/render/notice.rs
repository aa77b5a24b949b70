use kairo_domain::Notice;

/// What a notice says where all notices differ, in lines as long as those of the templates.
pub(super) struct Words {
    /// What happened, in a few words; `at` and the studio's name follow.
    pub(super) headline: &'static str,
    /// What happened, in whole sentences.
    pub(super) what: &'static str,
    /// What to do if the reader knows nothing of it.
    pub(super) advice: &'static str,
}

/// What to do when somebody else may be signed in.
const LOCK_OUT: &str = "\
If that was not you, set a new password at once: it signs out everybody who is
signed in as you.";

pub(super) const fn words(notice: Notice) -> Words {
    match notice {
        Notice::PasswordChanged => Words {
            headline: "Your password was changed",
            what: "Your password was changed, and your other sessions were signed out.",
            advice: LOCK_OUT,
        },
        Notice::AddressChanged => Words {
            headline: "Your address was changed",
            what: "Your account has this address now. Use it to sign in.",
            advice: LOCK_OUT,
        },
        Notice::SecondFactorOn => Words {
            headline: "Two-factor sign-in was switched on",
            what: "Signing in asks for a code of your authenticator app from now on.",
            advice: LOCK_OUT,
        },
        Notice::SecondFactorOff => Words {
            headline: "Two-factor sign-in was switched off",
            what: "Signing in asks for no code of an authenticator app any more.",
            advice: LOCK_OUT,
        },
        Notice::ApiKeyCreated => Words {
            headline: "An API key was made",
            what: "\
An API key was made: a program that has it acts in your name, within the
scopes of the key.",
            advice: "\
If that was not you, revoke the key, and set a new password at once: it signs
out everybody who is signed in as you.",
        },
        Notice::SessionReused => Words {
            headline: "A session was ended",
            what: "\
One of your sessions was ended, because what keeps it signed in was used in two
places: somebody may have copied it. Sign in again where you were signed out.",
            advice: LOCK_OUT,
        },
    }
}
