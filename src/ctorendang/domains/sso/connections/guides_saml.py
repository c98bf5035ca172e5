"""Instructions for SAML."""

from ctorendang.domains.sso.connections.guide import Address, Guide, Paste, Step

_ACS = Address.ACS
_ENTITY = Address.ENTITY_ID

OKTA = Guide(
    console="Okta Admin Console",
    steps=(
        Step(
            "Create the app",
            "Open Applications, Applications, choose “Create App Integration”, then “SAML 2.0”. Give the app a name"
            " that your people recognise.",
        ),
        Step(
            "Paste our addresses",
            "On “Configure SAML”. Keep “Use this for Recipient URL and Destination URL” ticked. The expression names"
            " people by Okta's own id, so that somebody who is renamed keeps their account.",
            (
                Paste("Single sign-on URL", _ACS),
                Paste("Audience URI (SP Entity ID)", _ENTITY),
                Paste("Name ID format", "Persistent"),
                Paste("Application username, “Custom”", 'user.getInternalProperty("id")'),
            ),
        ),
        Step(
            "Send name and e-mail",
            "Under “Attribute Statements”; in newer consoles they are on the app's “Sign On” tab once it is saved.",
            (Paste("email", "user.email"), Paste("name", "user.displayName")),
        ),
        Step(
            "Send groups, if roles should follow them",
            "Under “Group Attribute Statements”, with the filter “Matches regex”.",
            (Paste("Name", "groups"), Paste("Filter", ".*")),
        ),
        Step(
            "Assign people",
            "Finish, then open “Assignments” and assign yourself and whoever may sign in. Who is not assigned is"
            " refused by Okta.",
        ),
    ),
    bring="On the app's “Sign On” tab, under “SAML 2.0”, copy the “Metadata URL”.",
    metadata_url="https://your-company.okta.com/app/…/sso/saml/metadata",
    groups="Okta sends group names, such as “Engineering”.",
)

ENTRA = Guide(
    console="Microsoft Entra admin center",
    steps=(
        Step(
            "Create the app",
            "Open Entra ID, Enterprise apps, “New application”, “Create your own application”. Choose “Integrate any"
            " other application you don't find in the gallery”.",
        ),
        Step(
            "Paste our addresses",
            "Open “Single sign-on”, choose “SAML”, and edit “Basic SAML Configuration”.",
            (
                Paste("Identifier (Entity ID)", _ENTITY),
                Paste("Reply URL (Assertion Consumer Service URL)", _ACS),
                Paste("Logout URL", Address.LOGOUT),
            ),
        ),
        Step(
            "Name people by an id that stays",
            "Edit “Attributes & Claims”, “Unique User Identifier (Name ID)”: so somebody who is renamed keeps their"
            " account. The e-mail and name claims that are there already are understood.",
            (Paste("Name identifier format", "Persistent"), Paste("Source attribute", "user.objectid")),
        ),
        Step(
            "Send groups, if roles should follow them",
            "Still under “Attributes & Claims”, choose “Add a group claim”, then “Groups assigned to the application”."
            " With more than 150 groups Entra sends none, so assigned groups are the safe choice.",
        ),
        Step(
            "Assign people",
            "Open “Users and groups” and add yourself and whoever may sign in. Who is not assigned is refused by Entra"
            " (AADSTS50105).",
        ),
    ),
    bring="Under “Single sign-on”, section 3 “SAML Certificates”, copy the “App Federation Metadata Url”.",
    metadata_url="https://login.microsoftonline.com/…/federationmetadata/2007-06/federationmetadata.xml?appid=…",
    groups="Entra sends the groups' object ids, such as 0a1b2c3d-…, unless you chose display names.",
)

GOOGLE = Guide(
    console="Google Admin console",
    steps=(
        Step(
            "Create the app",
            "Open Apps, “Web and mobile apps”, “Add app”, “Add custom SAML app”. Give it a name and continue.",
        ),
        Step(
            "Download the metadata",
            "On “Google Identity Provider details”, choose “Download metadata” (option 1). Keep the file for the next"
            " step here and continue.",
        ),
        Step(
            "Paste our addresses",
            "On “Service provider details”. “Signed response” may be ticked or not: unticked, Google signs what it says"
            " about the person; ticked, the whole response around it. Either is accepted.",
            (
                Paste("ACS URL", _ACS),
                Paste("Entity ID", _ENTITY),
                Paste("Name ID format", "PERSISTENT"),
                Paste("Name ID", "Basic Information > Primary email"),
            ),
        ),
        Step(
            "Send e-mail, name and groups",
            "On “Attribute mapping”, map “Primary email” and, under “Group membership”, the groups that decide on"
            " roles.",
            (Paste("Primary email", "email"), Paste("Group membership", "groups")),
        ),
        Step(
            "Turn it on",
            "On the app's page open “User access” and choose “ON for everyone”, or turn it on for some groups. Google"
            " may need up to a day, mostly a few minutes.",
        ),
    ),
    bring="The metadata file that you downloaded. Google has no address for it, so we cannot renew it by ourselves.",
    metadata_url="",
    groups="Google sends the names of the groups that you listed.",
)

KEYCLOAK = Guide(
    console="Keycloak admin console",
    steps=(
        Step(
            "Import us as a client",
            "Save the page behind this address as a file. In your realm open Clients, “Import client”, and choose the"
            " file: addresses, keys and the signature check are then right at once.",
            (Paste("Our metadata", Address.METADATA),),
        ),
        Step(
            "Name people by an id that stays",
            "On the client's “Settings”, “SAML capabilities”.",
            (Paste("Name ID format", "persistent"), Paste("Force name ID format", "On")),
        ),
        Step(
            "Sign what is said about people",
            "On “Settings”, “Signature and Encryption”.",
            (Paste("Sign assertions", "On"), Paste("Signature algorithm", "RSA_SHA256")),
        ),
        Step(
            "Send name and e-mail",
            "Under “Client scopes” open the client's own scope (its name ends in “-dedicated”), “Add predefined"
            " mapper” or “Add mapper”, “User Property”.",
            (Paste("Property email as", "email"), Paste("Property firstName as", "name")),
        ),
        Step(
            "Keep each attribute in one piece",
            "Keycloak repeats attributes unless told otherwise, which the SAML standard forbids and we refuse. Remove"
            " “role_list” from the client's scopes. For groups add a mapper “Group list” with “Single Group Attribute”"
            " On and “Full group path” Off.",
            (Paste("Group attribute name", "groups"),),
        ),
    ),
    bring="The address of your realm's SAML descriptor.",
    metadata_url="https://id.your-company.com/realms/your-realm/protocol/saml/descriptor",
    groups="With “Full group path” off Keycloak sends names, such as “engineering”; with it on, “/engineering”.",
)

GENERIC = Guide(
    console="the administration of your identity provider",
    steps=(
        Step(
            "Create a SAML 2.0 application",
            "Most providers read our metadata. Where yours does not, paste the addresses one by one.",
            (
                Paste("Metadata", Address.METADATA),
                Paste("Assertion consumer service (ACS), POST", _ACS),
                Paste("Entity ID, audience", _ENTITY),
                Paste("Single logout, redirect or POST", Address.LOGOUT),
            ),
        ),
        Step(
            "Sign assertions",
            "Sign the assertion, the response around it, or both, with SHA-256 or better; anything else is refused."
            " Encrypting the assertion as well is fine: the key is in our metadata.",
        ),
        Step(
            "Name people by an id that stays",
            "Send a NameID that never changes and is never given to somebody else, in the format “persistent” where you"
            " can choose.",
        ),
        Step(
            "Send e-mail, name and groups",
            "As attributes of these names, or of others that you tell us under “People”.",
            (Paste("E-mail address", "email"), Paste("Full name", "name"), Paste("Groups", "groups")),
        ),
        Step("Allow people", "Assign yourself and whoever may sign in to the application."),
    ),
    bring="The address of your provider's metadata, its metadata file, or entity id, sign-in address and certificate.",
    metadata_url="https://id.your-company.com/saml/metadata",
    groups="Write the groups as your provider sends them; a test sign-in shows you.",
)
