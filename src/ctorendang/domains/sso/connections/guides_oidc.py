"""Instructions for OpenID Connect, and for GitHub's OAuth."""

from ctorendang.domains.sso.connections.guide import Address, Guide, Paste, Step

_CALLBACK = Address.CALLBACK

OKTA = Guide(
    console="Okta Admin Console",
    steps=(
        Step(
            "Create the app",
            "Open Applications, Applications, choose “Create App Integration”, then “OIDC - OpenID Connect” and “Web"
            " Application”.",
        ),
        Step(
            "Paste our addresses",
            "Leave “Authorization Code” as the only grant type.",
            (
                Paste("Sign-in redirect URIs", _CALLBACK),
                Paste("Sign-out redirect URIs", Address.AFTER_LOGOUT),
            ),
        ),
        Step(
            "Send groups, if roles should follow them",
            "On the app's “Sign On” tab edit “OpenID Connect ID Token”: groups claim type “Filter”, “Matches regex”.",
            (Paste("Groups claim filter", "groups"), Paste("Matches regex", ".*")),
        ),
        Step("Assign people", "On “Assignments” assign yourself and whoever may sign in."),
    ),
    bring="On “General” copy Client ID and client secret; the issuer is your Okta address.",
    metadata_url="https://your-company.okta.com",
    groups="Okta sends group names, such as “Engineering”.",
)

ENTRA = Guide(
    console="Microsoft Entra admin center",
    steps=(
        Step(
            "Register the app",
            "Open Entra ID, App registrations, “New registration”. Choose “Accounts in this organizational directory"
            " only” and, as redirect URI, the platform “Web”.",
            (Paste("Redirect URI", _CALLBACK),),
        ),
        Step(
            "Make a secret",
            "Open “Certificates & secrets”, “New client secret”. Copy its “Value” (not the “Secret ID”) at once: it is"
            " shown only now. Note when it expires.",
        ),
        Step(
            "Sign out in step",
            "Open “Authentication” and paste under “Front-channel logout URL” or skip this.",
            (Paste("Front-channel logout URL", Address.AFTER_LOGOUT),),
        ),
        Step(
            "Send e-mail and groups",
            "Open “Token configuration”: “Add optional claim”, ID, “email”. For roles by group also “Add groups claim”,"
            " “Groups assigned to the application”.",
        ),
    ),
    bring="On “Overview” copy “Application (client) ID” and “Directory (tenant) ID”; the latter is part of the issuer.",
    metadata_url="https://login.microsoftonline.com/your-directory-id/v2.0",
    groups="Entra sends the groups' object ids, such as 0a1b2c3d-….",
)

GOOGLE = Guide(
    console="Google Cloud console",
    steps=(
        Step(
            "Say whose app it is",
            "Open “Google Auth Platform” in a project of your organisation. Under “Audience” choose “Internal”: then"
            " only accounts of your organisation get in.",
        ),
        Step(
            "Create the client",
            "Open “Clients”, “Create client”, “Web application”.",
            (Paste("Authorized redirect URIs", _CALLBACK),),
        ),
    ),
    bring="Client ID and client secret, which are shown once the client is created. The issuer is always the same.",
    metadata_url="https://accounts.google.com",
    groups="Google sends no groups this way. Choose SAML if roles should follow groups.",
)

KEYCLOAK = Guide(
    console="Keycloak admin console",
    steps=(
        Step(
            "Create the client",
            "In your realm open Clients, “Create client”, type “OpenID Connect”. On the next page turn on “Client"
            " authentication” and leave only “Standard flow” ticked.",
        ),
        Step(
            "Paste our addresses",
            "On “Login settings”, and for logout on the client's “Settings” below “Logout settings”.",
            (
                Paste("Valid redirect URIs", _CALLBACK),
                Paste("Valid post logout redirect URIs", Address.AFTER_LOGOUT),
                Paste("Backchannel logout URL", Address.BACKCHANNEL_LOGOUT),
            ),
        ),
        Step(
            "Send groups, if roles should follow them",
            "Under “Client scopes” open the client's own scope (its name ends in “-dedicated”), “Add mapper”, “By"
            " configuration”, “Group Membership”, with “Full group path” off.",
            (Paste("Token Claim Name", "groups"),),
        ),
    ),
    bring="The client ID that you chose, and on “Credentials” the client secret. The issuer is your realm's address.",
    metadata_url="https://id.your-company.com/realms/your-realm",
    groups="With “Full group path” off Keycloak sends names, such as “engineering”; with it on, “/engineering”.",
)

GITHUB = Guide(
    console="GitHub",
    steps=(
        Step(
            "Create the app",
            "In your organisation's settings open Developer settings, OAuth Apps, “New OAuth App”.",
            (Paste("Homepage URL", Address.HOME), Paste("Authorization callback URL", _CALLBACK)),
        ),
        Step("Make a secret", "On the app's page choose “Generate a new client secret” and copy it: it is shown once."),
    ),
    bring="Client ID and client secret. GitHub vouches only for addresses that people have confirmed there.",
    metadata_url="https://github.com",
    groups="GitHub sends no groups. Roles are given under Members.",
)

GENERIC = Guide(
    console="the administration of your identity provider",
    steps=(
        Step(
            "Create an OpenID Connect application",
            "Of the kind “web” or “confidential”, with the authorization code flow. We always use PKCE (S256).",
            (
                Paste("Redirect URI", _CALLBACK),
                Paste("Post-logout redirect URI", Address.AFTER_LOGOUT),
                Paste("Back-channel logout URI", Address.BACKCHANNEL_LOGOUT),
            ),
        ),
        Step(
            "Send e-mail, name and groups",
            "As claims of the ID token or of the userinfo endpoint, of these names or of others that you tell us under"
            " “People”.",
            (Paste("E-mail address", "email"), Paste("Full name", "name"), Paste("Groups", "groups")),
        ),
        Step("Allow people", "Assign yourself and whoever may sign in to the application."),
    ),
    bring="Issuer, client ID and client secret. The issuer's address must answer /.well-known/openid-configuration.",
    metadata_url="https://id.your-company.com",
    groups="Write the groups as your provider sends them; a test sign-in shows you.",
)
