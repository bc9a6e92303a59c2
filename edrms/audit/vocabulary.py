"""Every action that may be journalled. Grammar `thing:part:verb`, shared with permissions.

An action outside this list is refused when written, so that the log never grows private dialects.
"""

ACTIONS = frozenset(
    {
        "instance:schema:upgrade",
        "staff:session:start",
        "staff:session:end",
        "staff:account:add",
        "client:summary:add",
        "client:summary:search",
        "client:file:view",
        "batch:list:open",
        "batch:item:receive",
        "item:content:open",
        "item:content:divide",
        "item:content:hold",
        "item:content:retry",
        "item:content:reject",
        "item:page:read",
        "item:page:fail",
        "item:page:view",
        "item:content:download",
        "document:index:suggest",
        "document:index:take",
        "document:index:skip",
        "document:index:reject",
        "document:index:restore",
        "record:content:file",
        "record:content:view",
        "record:content:download",
        "record:page:view",
        "search:index:query",
        "search:index:rebuild",
        "access:request:refuse",
        "audit:event:view",
    }
)
