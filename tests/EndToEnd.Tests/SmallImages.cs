using Ocs.Zoo;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// Images that make tests fast: groups and weights do not depend on their size. Texts are as long as the network reads.
/// </summary>
internal static class SmallImages
{
    public static NetworkInput Of(Model model) => model.Name switch
    {
        _ when model.Input == NetworkInput.Cifar || model.Task == ModelTask.Text => model.Input,
        "inception_v3" => new(3, 75, 75),
        "maxvit_t" => model.Input,
        _ => new(3, 64, 64),
    };
}
