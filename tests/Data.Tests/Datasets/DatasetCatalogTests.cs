using System.Collections.Immutable;

namespace Ocs.Data.Tests.Datasets;

public sealed class DatasetCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_names_are_those_of_the_command_line() =>
        Assert.Equal(["fashion-mnist", "cifar10", "cifar100"], DatasetCatalog.Names.ToArray());

    [Fact]
    public void An_unknown_name_lists_the_known_ones()
    {
        var error = Assert.Throws<OcsInputException>(() => DatasetCatalog.Locate("mnist"));
        Assert.Equal("there is no data set mnist: choose one of fashion-mnist, cifar10, cifar100", error.Message);
    }

    [Fact]
    public void The_users_root_is_looked_at_first_then_the_standard_places()
    {
        var places = DatasetCatalog.Places("fashion-mnist", _folder.Path);
        Assert.Equal(_folder.Path, places[0]);
        Assert.Equal(Path.Combine(_folder.Path, "fashion-mnist"), places[1]);
        Assert.Contains(Path.GetFullPath("data"), places);
        Assert.Equal("/usr/share/datasets/fashion-mnist", places[^1]);
    }

    [Fact]
    public void A_set_that_is_nowhere_names_every_place_and_the_remedy()
    {
        var check = DatasetCatalog.Check(new Nowhere(), _folder.Path);
        Assert.Equal((false, null), (check.Whole, check.Location));
        OcsInputException error =
            Assert.Throws<OcsInputException>(
                () => DatasetCatalog.Open(new Nowhere(), DatasetSplit.Train, _folder.Path));
        Assert.Equal(error.Message, check.Problem);
        Assert.StartsWith($"nowhere was not found in {_folder.Path}, {Path.GetFullPath("data")}, ", error.Message);
        Assert.EndsWith("(nor in a folder sub there), nor in /nowhere: make one", error.Message);
    }

    [Fact]
    public void A_root_that_does_not_exist_is_refused()
    {
        OcsInputException error =
            Assert.Throws<OcsInputException>(
                () => DatasetCatalog.Locate("cifar10", Path.Combine(_folder.Path, "none")));
        Assert.Contains("none is not a folder", error.Message);
    }

    public void Dispose() => _folder.Dispose();

    private sealed class Nowhere : DatasetSource
    {
        public override string Name => "nowhere";

        public override string Advice => "make one";

        public override ImmutableArray<string> SubFolders => ["sub"];

        public override ImmutableArray<string> SystemFolders => ["/nowhere"];

        public override AugmentationOptions TrainAugmentation => AugmentationOptions.Evaluation;

        public override int Samples(DatasetSplit split) => 0;

        public override DatasetLocation? Recognize(string folder) => null;

        public override ImageDataset Read(DatasetLocation location, DatasetSplit split) =>
            throw new NotSupportedException();
    }
}
