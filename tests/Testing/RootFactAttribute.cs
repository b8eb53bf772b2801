using Xunit;

namespace Ocs.Testing;

/// <summary>A fact that acts as several users, which only root can; it is skipped for others.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Environment.UserName == "root" ? null : "only root can act as another user";
}
